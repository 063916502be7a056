#include <sociable/pool/pool.hpp>

#include "pool/pool_core.hpp"

namespace sociable {

PoolStatus Pool::status() const { return core_->status(); }

void Pool::invalidate() { core_->invalidate_all(); }

std::vector<Holder> Pool::holders() const { return core_->holders(); }

HealthCheck Pool::health_check(SourceLocation place) { return core_->health_check(place); }

void Pool::reconnect() { core_->reconnect(); }

void Pool::resize(Limit size, Limit max_overflow) {
    if (!size.is_unlimited() && size.count() < 1)
        throw ArgumentError("resize: the size is " + std::to_string(size.count()) +
                            "; valid are 1 and more, or unlimited");
    if (!max_overflow.is_unlimited() && max_overflow.count() < 0)
        throw ArgumentError("resize: the overflow is " + std::to_string(max_overflow.count()) +
                            "; valid are 0 and more, or unlimited");
    core_->resize(size, max_overflow);
}

void Pool::suspend() { core_->suspend(true); }

void Pool::resume() { core_->suspend(false); }

EventHub& Pool::hub() const { return core_->hub(); }

}  // namespace sociable
