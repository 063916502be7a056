#pragma once

#include <sociable/pool/limit.hpp>
#include <sociable/pool/pool_class.hpp>

#include <cstdint>
#include <iosfwd>
#include <string>

namespace sociable {

/// A pool's figures at one moment. Each is exact; while other threads work, they need not fit each other to the last
/// connection.
struct PoolStatus {
    std::string name;        ///< the engine's
    PoolClass pool_class{};  ///< the kind of pool
    std::string reason;      ///< why this kind

    Limit size = 0;          ///< connections that are kept open between checkouts, as configured
    Limit max_overflow = 0;  ///< connections beyond them that may be open at once, as configured
    int checked_in = 0;      ///< open and idle
    int checked_out = 0;     ///< in use, being opened by their borrowers, or in the hands of upkeep
    /// Open connections less `size`, as SQLAlchemy counts: negative while the pool has not filled up.
    int overflow = 0;
    int opening = 0;  ///< being opened in the background
    int waiters = 0;  ///< checkouts that wait for a connection
    bool suspended = false;

    std::uint64_t checkouts = 0;  ///< connections handed out since the start
    std::uint64_t hits = 0;       ///< of them, those that found an open connection
    std::uint64_t opened = 0;     ///< connections opened
    std::uint64_t closed = 0;     ///< connections closed, for whatever reason
    std::uint64_t connect_errors = 0;
    std::uint64_t invalidated = 0;  ///< connections closed because they were dead or a user wished so
    /// Connections replaced because they were too old or of an older generation: at checkout, by upkeep ahead of time,
    /// and by reconnect().
    std::uint64_t recycled = 0;
    std::uint64_t timeouts = 0;        ///< checkouts that gave up waiting
    std::uint64_t rollbacks = 0;       ///< transactions that were left open and ended at return
    std::uint64_t session_resets = 0;  ///< sessions put back to how they were after connecting, see pool_reset_session
    std::uint64_t leaks = 0;           ///< connections held for longer than pool_leak_threshold
};

/// SQLAlchemy's line: "Pool size: 5  Connections in pool: 1 Current Overflow: -4 Current Checked out connections: 0".
std::string to_line(const PoolStatus& status);

/// A table for people.
std::string to_string(const PoolStatus& status);
std::ostream& operator<<(std::ostream& out, const PoolStatus& status);

}  // namespace sociable
