#include "health/pool_families.hpp"

namespace sociable::health {

Limit most_idle(const PoolStatus& status) {
    return status.pool_class == PoolClass::singleton_thread ? unlimited : status.size;
}

Limit most_open(const PoolStatus& s) {
    const bool is_bounded = s.pool_class != PoolClass::null && s.pool_class != PoolClass::singleton_thread;
    if (!is_bounded || s.size.is_unlimited() || s.max_overflow.is_unlimited()) return unlimited;
    return s.size.count() + s.max_overflow.count();
}

}  // namespace sociable::health
