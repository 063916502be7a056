#pragma once

#include "pool/clock.hpp"
#include "pool/loan.hpp"
#include "pool/statement_cache.hpp"

#include <sociable/pool/events.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace soci {
class session;
}

namespace sociable::pool {

/// A place in the pool, which lives as long as the pool; connections come and go in it. At any time one thread owns it:
/// the borrower, or whoever took it from the idle list. What others may read meanwhile is atomic.
struct Slot {
    Slot(std::uint32_t number, soci::session& place, std::size_t statement_cache_size)
        : id(number), session(&place), statements(statement_cache_size) {}

    bool connected() const noexcept { return driver != nullptr; }

    const std::uint32_t id;
    soci::session* const session;  ///< belongs to SOCI's pool
    StatementCache statements;     ///< destroyed before the driver
    std::unique_ptr<dialect::Driver> driver;
    Info info;

    const void* backend = nullptr;  ///< of the session, as it was opened
    bool just_connected = false;    ///< since the last checkout: no ping is due
    bool session_changed = false;   ///< since the last reset of the session
    bool tables_locked = false;     ///< perhaps, since it was lent
    bool took_time = false;         ///< to get: a wait or a ping, so that it is worth reading the clock
    std::optional<Clock::time_point> lent_at{};

    Loan loan;

    // Written by the owner only, so that no read-modify-write is needed; others read.
    std::atomic<std::uint64_t> checkouts{0};
    std::atomic<std::uint64_t> hits{0};             ///< of the checkouts, those that found a connection
    std::atomic<std::uint64_t> at_once{0};          ///< of those, measured, without any wait
    std::atomic<std::uint64_t> looks{0};            ///< at the socket, whether it is still open
    std::atomic<std::uint64_t> lent_generation{0};  ///< 0 while nobody has borrowed it
    std::atomic<std::uint64_t> connection_id{0};    ///< of the last connection, also when it is closed
    std::atomic<std::uint64_t> used_before{0};      ///< of the checkouts, those before this connection was opened
    std::atomic<Clock::time_point> opened_at{Clock::time_point::min()};
    std::atomic<std::uint64_t> generation{0};  ///< the pool's, when this connection was opened; 0 without one
    std::atomic<Clock::time_point> expires_at{Clock::time_point::max()};  ///< recycled from then on
    std::atomic<Clock::time_point> idle_since{Clock::time_point::min()};
    std::atomic<Clock::time_point> well_at{Clock::time_point::min()};  ///< last known to be well
    std::atomic<std::uint64_t> checked_round{0};                       ///< of health checks, when it was last asked
    std::atomic<bool> soft_invalidated{false};                         ///< to be closed when it comes back
    std::atomic<bool> leak_reported{false};
    std::atomic<bool> detached{false};
    std::atomic<std::uint32_t> next_idle{0};  ///< link of the LIFO list
};

}  // namespace sociable::pool
