#pragma once

#include <sociable/pool/close_reason.hpp>
#include <sociable/pool/durations.hpp>
#include <sociable/pool/limit.hpp>
#include <sociable/pool/pool_class.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace sociable {

/// A pool's figures at one moment, and the sums since its start. The connections and the size that was asked for are of
/// the same moment; sums are exact each, and while other threads work, may be a connection ahead of one another.
struct PoolStatus {
    /// A phase of a connection's life.
    struct Times {
        TimeSummary last_minute;  ///< 60 to 65 s
        TimeSummary since_start;
    };

    std::string name;        ///< the engine's
    PoolClass pool_class{};  ///< the kind of pool
    std::string reason;      ///< why this kind

    Limit size = 0;          ///< connections that are kept open between checkouts, as configured
    Limit max_overflow = 0;  ///< connections beyond them that may be open at once, as configured
    int min_idle = 0;        ///< idle connections that are kept ready, as configured
    int checked_in = 0;      ///< open and idle
    int checked_out = 0;     ///< in use, being opened by their borrowers, or in the hands of upkeep
    /// Open connections less `size`, as SQLAlchemy counts: negative while the pool has not filled up.
    int overflow = 0;
    int opening = 0;  ///< being opened in the background
    int waiters = 0;  ///< checkouts that wait for a connection
    std::chrono::nanoseconds oldest_wait{0};
    bool suspended = false;

    std::uint64_t checkouts = 0;  ///< connections handed out since the start
    std::uint64_t hits = 0;       ///< of them, those that found an open connection
    std::uint64_t failed = 0;     ///< checkouts that ended with an error
    std::uint64_t timeouts = 0;   ///< of them, those that gave up waiting
    std::uint64_t opened = 0;     ///< connections opened
    std::uint64_t closed = 0;     ///< connections closed, for whatever reason
    std::array<std::uint64_t, close_reason_count> closed_by_reason{};
    std::uint64_t connect_errors = 0;
    std::uint64_t invalidated = 0;     ///< of those closed: found dead, or invalidated by a user
    std::uint64_t recycled = 0;        ///< replaced, at checkout or by upkeep: too old, or of an older generation
    std::uint64_t rollbacks = 0;       ///< transactions that were left open and ended at return
    std::uint64_t session_resets = 0;  ///< sessions put back to how they were after connecting, see pool_reset_session
    std::uint64_t leaks = 0;           ///< connections held for longer than pool_leak_threshold
    std::uint64_t socket_checks = 0;   ///< looks whether the server has closed a connection: pre-ping's first tier
    std::uint64_t dead_sockets = 0;    ///< of them, those that found it closed, or its server a standby
    std::uint64_t pings = 0;           ///< round trips that ask a connection: pre-ping's second tier, health checks
    std::uint64_t failed_pings = 0;
    /// Statements that were found in the cache of their connection, see statement_cache_size. One with many rows counts
    /// once; what the library runs by itself, such as BEGIN, doesn't count.
    std::uint64_t statement_hits = 0;
    /// Statements that were not: new to the connection, thrown out before, or still being streamed. With a cache of
    /// size 0, all of them.
    std::uint64_t statement_misses = 0;
    std::uint64_t statement_evictions = 0;  ///< statements thrown out of a full cache, to make room for others

    Times wait, connect, use, ping, reset;  ///< see PoolTimes

    std::uint64_t misses() const noexcept { return checkouts - hits; }
    /// The share of checkouts that found an open connection, 1 before there was any.
    double hit_ratio() const noexcept;
    /// The share of statements that were found in the cache of their connection, 1 before there was any.
    double statement_hit_ratio() const noexcept;
    std::uint64_t closed_for(CloseReason reason) const noexcept {
        return closed_by_reason[static_cast<std::size_t>(reason)];
    }
};

/// SQLAlchemy's line: "Pool size: 5  Connections in pool: 1 Current Overflow: -4 Current Checked out connections: 0".
std::string to_line(const PoolStatus& status);

/// A table for people.
std::string to_string(const PoolStatus& status);
std::ostream& operator<<(std::ostream& out, const PoolStatus& status);

}  // namespace sociable
