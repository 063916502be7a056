#pragma once

#include <sociable/health/queueing.hpp>

#include <optional>

namespace sociable {

/// What the size of one pool depends on. All but `max_connections` is about one process.
struct SizingInput {
    Workload workload{};
    WaitGoal goal{};
    double burst = 1.5;          ///< the overflow keeps the goal while this many times the requests arrive; at least 1
    std::optional<int> users{};  ///< threads that use the pool
    int held_at_once = 1;        ///< connections that one thread holds at the same time, at most
    std::optional<int> max_connections{};  ///< the server's
    int reserved_connections = 8;  ///< of them: 3 that PostgreSQL keeps for superusers, 5 for whoever else needs one
    int instances = 1;             ///< processes that share the server, each with such a pool
};

/// What decided on `pool_size`.
enum class SizingBound {
    goal,   ///< the waits that are wanted
    users,  ///< there are no more threads to use connections
    server  ///< the server gives no more connections to each process
};

struct Sizing {
    int pool_size = 1;
    int max_overflow = 0;
    SizingBound bound = SizingBound::goal;
    bool meets_goal = true;     ///< false when the server's share is too small for it
    bool can_deadlock = false;  ///< the server's share is below `deadlock_floor`
    QueueForecast forecast;     ///< with `pool_size` connections, and none beyond
    int wanted_for_goal = 1;    ///< by the goal alone
    int wanted_for_burst = 1;   ///< by the goal while a burst lasts
    int deadlock_floor = 1;     ///< with fewer connections, threads that wait for their next one can block each other
    std::optional<int> users_limit;   ///< more than this can't be in use: users x held_at_once
    std::optional<int> server_limit;  ///< one process's share: (max_connections - reserved_connections) / instances
};

/// The pool for a workload:
/// - `pool_size` carries the goal at the workload's rate (see connections_for),
/// - `max_overflow` is what it takes beyond to carry the goal at `burst` times that rate, and to reach the
///   self-deadlock floor, users x (held_at_once - 1) + 1. Source of the floor: HikariCP's wiki, "About Pool Sizing".
/// - Both together exceed neither what the users can use nor the server's share.
/// The forecast is that of unlimited users, which is on the safe side: with N that can be in use and c connections, the
/// mean wait is in truth 1 - utilisation^(N - c) times as long (for M/M/c whose requests queue for a thread first),
/// which matters when N is near c. When each user has connections of its own, nobody waits. Users who are fewer than
/// what is busy on average can't make so many requests; the pool isn't what limits them then.
///
/// Throws ArgumentError when the workload or the goal is none, a count is less than 1 (reserved_connections: than 0),
/// the burst is less than 1, held_at_once is more than 1 without users (no pool is safe from deadlock then), or the
/// server has no connection for each instance.
Sizing size_pool(const SizingInput& input);

}  // namespace sociable
