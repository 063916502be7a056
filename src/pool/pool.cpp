#include <sociable/pool/pool.hpp>

#include "pool/pool_core.hpp"

namespace sociable {

PoolStatus Pool::status() const { return core_->status(); }

void Pool::invalidate() { core_->invalidate_all(); }

EventHub& Pool::hub() const { return core_->hub(); }

}  // namespace sociable
