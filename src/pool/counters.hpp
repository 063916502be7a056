#pragma once

#include <atomic>
#include <cstdint>

namespace sociable::pool {

/// Events of a pool, counted since its start. None is on the path of a checkout that finds an idle connection. Relaxed
/// order: each figure stands for itself.
struct Counters {
    using Count = std::atomic<std::uint64_t>;

    Count opened{0};
    Count closed{0};
    Count connect_errors{0};
    Count invalidated{0};
    Count recycled{0};
    Count timeouts{0};
    Count rollbacks{0};
    Count session_resets{0};
    Count leaks{0};

    static void add(Count& count) noexcept { count.fetch_add(1, std::memory_order_relaxed); }
    static std::uint64_t read(const Count& count) noexcept { return count.load(std::memory_order_relaxed); }
};

}  // namespace sociable::pool
