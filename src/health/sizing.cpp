#include "health/at_least.hpp"

#include <sociable/errors/error.hpp>
#include <sociable/health/sizing.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace sociable {

namespace {

using health::at_least;

constexpr int any_number = std::numeric_limits<int>::max();

void check(const SizingInput& in) {
    at_least(1, in.users.value_or(1), "users");
    at_least(1, in.held_at_once, "held_at_once");
    at_least(1, in.max_connections.value_or(1), "max_connections");
    at_least(0, in.reserved_connections, "reserved_connections");
    at_least(1, in.instances, "instances");
    if (!(in.burst >= 1 && std::isfinite(in.burst))) throw ArgumentError("burst must be a finite number, at least 1");
    if (in.held_at_once > 1 && !in.users)
        throw ArgumentError("held_at_once over 1 needs users: without a limit on them, no pool is safe from deadlock");
}

int product(int a, int b) {
    const long long exact = static_cast<long long>(a) * b;
    if (exact >= any_number) throw ArgumentError("users x held_at_once is too large");
    return static_cast<int>(exact);
}

int server_share(const SizingInput& in) {
    const int share = (*in.max_connections - in.reserved_connections) / in.instances;
    if (share < 1)
        throw ArgumentError("max_connections of " + std::to_string(*in.max_connections) + ", less " +
                            std::to_string(in.reserved_connections) + " reserved, leave no connection for each of " +
                            std::to_string(in.instances) + " instances");
    return share;
}

/// Of as many connections as can be in use at once.
QueueForecast nobody_waits(double busy, int connections) {
    QueueForecast f;
    f.busy = busy;
    f.utilisation = std::min(busy / connections, 1.0);
    return f;
}

}  // namespace

Sizing size_pool(const SizingInput& in) {
    check(in);
    Sizing s;
    Workload in_burst = in.workload;
    in_burst.arrivals_per_second *= in.burst;
    s.wanted_for_goal = connections_for(in.workload, in.goal);
    s.wanted_for_burst = connections_for(in_burst, in.goal);
    if (in.users) {
        s.users_limit = product(*in.users, in.held_at_once);
        s.deadlock_floor = *s.users_limit - *in.users + 1;
    }
    if (in.max_connections) s.server_limit = server_share(in);

    const int users_limit = s.users_limit.value_or(any_number);
    const int server_limit = s.server_limit.value_or(any_number);
    const int limit = std::min(users_limit, server_limit);
    s.pool_size = std::min(s.wanted_for_goal, limit);
    s.max_overflow = std::min(std::max(s.wanted_for_burst, s.deadlock_floor), limit) - s.pool_size;
    if (s.pool_size < s.wanted_for_goal)
        s.bound = server_limit < users_limit ? SizingBound::server : SizingBound::users;
    s.meets_goal = s.bound != SizingBound::server;
    s.can_deadlock = s.pool_size + s.max_overflow < s.deadlock_floor;
    s.forecast = s.pool_size == users_limit ? nobody_waits(busy_connections(in.workload), s.pool_size)
                                            : forecast(in.workload, s.pool_size);
    return s;
}

}  // namespace sociable
