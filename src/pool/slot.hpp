#pragma once

#include "pool/statement_cache.hpp"

#include <sociable/pool/events.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

namespace soci {
class session;
}

namespace sociable::pool {

using Clock = std::chrono::steady_clock;

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

    std::uint64_t connection_id = 0;
    std::uint64_t generation = 0;  ///< the pool's, when this connection was opened
    Clock::time_point connected_at{};
    bool just_connected = false;    ///< since the last checkout: no ping is due
    bool soft_invalidated = false;  ///< to be closed when it comes back
    bool detached = false;

    // Written by the owner only, so that no read-modify-write is needed; others read.
    std::atomic<std::uint64_t> checkouts{0};
    std::atomic<std::uint64_t> hits{0};             ///< of the checkouts, those that found a connection
    std::atomic<std::uint64_t> lent_generation{0};  ///< 0 while nobody has borrowed it
    std::atomic<std::uint32_t> next_idle{0};  ///< link of the LIFO list
};

}  // namespace sociable::pool
