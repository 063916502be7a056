#pragma once

#include <atomic>

namespace sociable::pool {

namespace detail {
extern std::atomic<unsigned> fork_epoch;
}

/// Counts the forks that lie between this process and the one in which the library was first used. What was made in an
/// earlier epoch belongs to the parent: its connections must not even be closed here, since that would say goodbye on
/// the parent's socket. Thread-safe.
inline unsigned fork_epoch() noexcept { return detail::fork_epoch.load(std::memory_order_relaxed); }

}  // namespace sociable::pool
