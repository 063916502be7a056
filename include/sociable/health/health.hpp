#pragma once

#include <sociable/errors/holder.hpp>
#include <sociable/errors/source_location.hpp>
#include <sociable/health/server_activity.hpp>
#include <sociable/pool/pool_status.hpp>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sociable {

class Engine;

/// From well to worst, so that states can be compared.
enum class HealthState { healthy, warning, error };

/// What a reason is about. The part of the score that it belongs to is in brackets.
enum class HealthCause {
    utilisation,               ///< connections in use, as a share of all that may be open (room)
    no_idle,                   ///< all that are kept open are in use; the limit is the size (room)
    suspended,                 ///< the pool hands out nothing until resume() (room)
    waiting,                   ///< somebody waits; seconds of the oldest wait (waits)
    timeouts,                  ///< checkouts that gave up waiting, as a share of all (waits)
    round_trip_failed,         ///< no connection was to be had, or it didn't answer (connects)
    slow_round_trip,           ///< seconds (connects)
    connect_errors,            ///< failed connects, as a share of all (connects)
    server_full,               ///< connections of the server that are taken, as a share of max_connections (connects)
    misses,                    ///< checkouts that found no open connection, as a share of all (reuse)
    stale,                     ///< checks that found a connection dead, as a share of all (reuse)
    idle_in_transaction,       ///< seconds since the last statement of an open transaction (transactions)
    many_idle_in_transaction,  ///< how many connections are (transactions)
    long_hold,                 ///< seconds that a connection has been in use (transactions)
    leaks                      ///< connections held for longer than pool_leak_threshold (transactions)
};

/// Something that isn't well.
struct HealthReason {
    HealthState state = HealthState::warning;
    HealthCause cause{};
    double value = 0;  ///< what was found, in the cause's unit
    double limit = 0;  ///< what it exceeds, or with no_idle has reached; 0 when anything is too much
    std::string text;  ///< a sentence
};

/// A part of the score: all of its points when no reason belongs to it, half of them with a warning, none with an
/// error.
struct ScorePart {
    std::string name;  ///< "room" of 25, "waits" 20, "connects" 25, "reuse" 15, "transactions" 15
    int points = 0;
    int of = 0;
};

/// How a pool is.
struct Health {
    HealthState state = HealthState::healthy;  ///< that of the worst reason
    int score = 100;                           ///< 0 to 100: the sum of the parts' points
    std::vector<ScorePart> parts{};
    std::vector<HealthReason> reasons{};  ///< errors first
    std::optional<std::chrono::microseconds> round_trip{};
};

/// When to warn, and when to call it an error: over each limit, not at it. Shares are from 0 to 1.
struct HealthOptions {
    double utilisation_warning = 0.60;           ///< of pool_size + max_overflow
    double utilisation_error = 0.80;             ///< see utilisation_warning
    std::chrono::milliseconds wait_error{1000};  ///< the oldest wait under way; any wait is a warning
    double timeouts_error = 0.01;                ///< of all checkouts; any timeout is a warning
    double connect_errors_error = 0.50;          ///< of all connects; any failed one is a warning
    double misses_warning = 0.20;                ///< of all checkouts: a hit ratio under 80 %
    double stale_warning = 0.01;                 ///< of all looks at sockets, which pre-ping and health checks take
    std::uint64_t min_checks = 100;              ///< checkouts, or looks, below which the last two aren't judged
    std::chrono::milliseconds round_trip_warning{100};             ///< of SELECT 1
    std::chrono::milliseconds round_trip_error{1000};              ///< see round_trip_warning
    double server_warning = 0.80;                                  ///< of the server's max_connections, by anybody
    double server_error = 0.95;                                    ///< see server_warning
    int idle_in_transaction_warning = 5;                           ///< connections of ours
    std::chrono::milliseconds idle_in_transaction_for{60'000};     ///< by anybody: a warning
    std::chrono::milliseconds idle_in_transaction_error{600'000};  ///< by anybody
    std::chrono::milliseconds hold_warning{60'000};                ///< a connection in use
};

/// What is known of a pool.
struct HealthInput {
    PoolStatus status = PoolStatus();
    /// An older reading, such as a minute ago. Timeouts, connect errors, misses, stale connections and leaks are those
    /// since then; without it, those since the pool's start, of which old ones fade only slowly.
    std::optional<PoolStatus> earlier{};
    std::vector<Holder> holders{};           ///< longest first
    std::optional<ServerActivity> server{};  ///< tells of open transactions, and of max_connections
    std::optional<std::chrono::microseconds> round_trip{};
    std::string round_trip_error{};  ///< what went wrong; empty when nothing did, or none was tried
};

/// Judges figures: no database is asked. Utilisation and idle connections are judged for a QueuePool that has a limit;
/// a share of checkouts for pools that keep connections. Safe from any thread.
Health judge(const HealthInput& input, const HealthOptions& options = {});

/// Reads the pool's status and holders, and makes a round trip: `SELECT 1`, on a connection borrowed for it (so it
/// counts as a checkout, and listeners hear of it). Borrowing waits for up to round_trip_error, or pool_timeout, and
/// the server has pool_ping_timeout to answer; but none is tried while the pool is suspended, others wait, or no
/// connection is free, which are reasons of their own. `known` gives what only the caller has: `earlier` and `server`.
/// Whatever goes wrong becomes a reason; only lack of memory, and a pool from before a fork(), throw. Safe from any
/// thread.
Health check_health(const Engine& engine, const HealthOptions& options = {}, HealthInput known = {},
                    SourceLocation place = SourceLocation::current());

/// "healthy", "warning", "error"
std::string_view to_string(HealthState state) noexcept;
/// The name, as it is written above.
std::string_view to_string(HealthCause cause) noexcept;
/// "warning, 88 of 100" and a line for each reason.
std::string to_string(const Health& health);
std::ostream& operator<<(std::ostream& out, HealthState state);
std::ostream& operator<<(std::ostream& out, HealthCause cause);
std::ostream& operator<<(std::ostream& out, const Health& health);

}  // namespace sociable
