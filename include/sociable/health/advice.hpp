#pragma once

#include <sociable/errors/holder.hpp>
#include <sociable/health/queueing.hpp>
#include <sociable/health/server_activity.hpp>
#include <sociable/pool/durations.hpp>
#include <sociable/pool/pool_status.hpp>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace sociable {

class Engine;

/// What to change, and why. Everything is text for people.
struct Advice {
    std::string option;    ///< as it is named in EngineOptions; or, in plain words, what is no option of an engine
    std::string current;   ///< its value now
    std::string proposed;  ///< the value proposed
    std::string evidence;  ///< the figures behind it
    std::string benefit;   ///< what gets better
};

/// What is wanted, and what a pool's figures can't tell.
struct AdviceOptions {
    // Wanted
    WaitGoal goal{};     ///< the share of waiters and the p99 wait that are allowed
    double burst = 1.5;  ///< the overflow keeps the goal while this many times the requests arrive; at least 1

    // About the program
    int instances = 1;           ///< processes that share the server, each with such a pool
    std::optional<int> users{};  ///< threads of this process that use the pool
    int held_at_once = 1;        ///< connections that one thread holds at the same time, at most; over 1 needs users

    // About the server. What is not given is taken from what it tells
    std::optional<int> max_connections{};
    std::optional<int> reserved_connections{};  ///< of them, for others. Default: the server's own, and 5

    // The engine's options as they are; none where they are not set. They are only compared; advice_input() takes
    // the engine's own where they are left out
    std::optional<std::chrono::milliseconds> recycle{};
    std::optional<std::chrono::milliseconds> max_idle_time{};
    int min_idle = 0;

    // Too few uses of connections, or too short a time, give no advice
    std::uint64_t min_samples = 100;  ///< the mean of so many is off by a tenth of the variability
    std::chrono::milliseconds min_period{10'000};
};

/// What advice is made from.
struct AdviceInput {
    PoolStatus status = PoolStatus();
    PoolTimes times{};                       ///< of a busy time: recent_times(), or the difference of two times()
    std::vector<Holder> holders{};           ///< longest first
    std::optional<ServerActivity> server{};  ///< tells max_connections and the idle timeout
    AdviceOptions options{};
};

struct AdviceReport {
    bool enough_samples = false;  ///< false: nothing is proposed
    std::string basis;            ///< what was measured, or what is missing, and what could not be computed
    std::vector<Advice> advice{};
};

/// What the engine tells by itself: the pool's last minute, and of its options those that are compared. No database is
/// asked. Safe from any thread.
AdviceInput advice_input(const Engine& engine, const AdviceOptions& options = {});

/// Works out what to change; no database is asked. The rate is uses / period, the hold time their mean, and its
/// variability is measured; size_pool() makes sizes of them. In overload, or when checkouts time out, the rate is what
/// the pool let through: take the advice, and ask again. The rules:
/// - `pool_size`: too small for the goal; in constant overflow (more busy on average than are kept); closes at return
///   what the next caller opens again; or more than 80 % idle. Never over the server's share of each instance
/// - `max_overflow`: too small for a burst or for the self-deadlock floor, or over the server's share
/// - a hit ratio under 80 % since the start, or more connects than a tenth of the uses (churn): by why connections were
///   closed, `pool_size`, `pool_max_idle_time`, `pool_recycle`, `pool_health_check_interval`; or `pool_class`
/// - `pool_min_idle`: waits over the goal while connections are free, and connects that take so long (p95)
/// - `pool_recycle`: none, or not under the time after which the server closes idle connections
/// - a pool of their own for long uses: p99 over 100 ms and over 20 times the p50 (exponential times have 6.6 times)
/// - leaks, and threads that can block each other
/// Sources: queueing.hpp, sizing.hpp. Throws nothing for wrong options: the basis says what is wrong with them. Safe
/// from any thread.
AdviceReport advise(const AdviceInput& input);

/// Advice from the pool's last minute. Asks the server what it sees on a connection of the pool, if one is free and
/// answers a round trip (see Pool::round_trip); what goes wrong with that is told in the basis. Both count as uses.
/// Throws only for lack of memory, and for a pool from before a fork(). Safe from any thread.
AdviceReport advise(const Engine& engine, const AdviceOptions& options = {});

/// "pool_size: 5 -> 17" and lines for evidence and benefit.
std::string to_string(const Advice& advice);
std::string to_string(const AdviceReport& report);
std::ostream& operator<<(std::ostream& out, const Advice& advice);
std::ostream& operator<<(std::ostream& out, const AdviceReport& report);

}  // namespace sociable
