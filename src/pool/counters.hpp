#pragma once

#include "pool/histogram.hpp"

#include <sociable/pool/close_reason.hpp>

#include <array>
#include <atomic>
#include <cstdint>

namespace sociable::pool {

/// Events of a pool, counted since its start. None but `wait` and `use` is on the path of a checkout that finds an idle
/// connection. Relaxed order: each figure stands for itself.
struct Counters {
    using Count = std::atomic<std::uint64_t>;

    Count failed{0};  ///< checkouts that ended with an error
    Count opened{0};
    std::array<Count, close_reason_count> closed{};
    Count connect_errors{0};
    Count recycled{0};
    Count timeouts{0};
    Count rollbacks{0};
    Count session_resets{0};
    Count leaks{0};
    Count dead_sockets{0};  ///< found by a look at the socket
    Count pings{0};         ///< round trips
    Count failed_pings{0};

    Histogram<4> wait, use;
    Histogram<> connect, ping, reset;

    static void add(Count& count) noexcept { count.fetch_add(1, std::memory_order_relaxed); }
    static std::uint64_t read(const Count& count) noexcept { return count.load(std::memory_order_relaxed); }
    Count& closed_by(CloseReason reason) noexcept { return closed[static_cast<std::size_t>(reason)]; }

    PoolTimes times() const noexcept { return {wait.read(), connect.read(), use.read(), ping.read(), reset.read()}; }
};

}  // namespace sociable::pool
