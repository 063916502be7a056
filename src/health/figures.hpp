#pragma once

#include <sociable/pool/pool_status.hpp>

#include <cstdint>
#include <optional>

namespace sociable::health {

/// How many connections a QueuePool may have open at once; nothing when there is no limit, or for other pools.
inline std::optional<int> capacity(const PoolStatus& s) noexcept {
    if (s.pool_class != PoolClass::queue || s.size.is_unlimited() || s.max_overflow.is_unlimited()) return std::nullopt;
    return s.size.count() + s.max_overflow.count();
}

/// Whether a connection is there, or may be opened, for one more who asks.
inline bool has_room(const PoolStatus& s) noexcept {
    if (s.suspended || s.waiters > 0) return false;
    if (s.pool_class == PoolClass::static_ || s.pool_class == PoolClass::assertion) return s.checked_out == 0;
    const auto limit = capacity(s);
    return !limit || s.checked_in > 0 || s.checked_out + s.opening < *limit;
}

/// A part of a whole; 0 of nothing.
inline double share(std::uint64_t part, std::uint64_t whole) noexcept {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace sociable::health
