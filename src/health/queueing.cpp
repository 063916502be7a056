#include "health/at_least.hpp"

#include <sociable/errors/error.hpp>
#include <sociable/health/queueing.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sociable {

namespace {

void check_busy(double busy) {
    if (!std::isfinite(busy) || busy < 0) throw ArgumentError("busy must be a finite number, zero or more");
}

void check(const WaitGoal& goal) {
    if (!(goal.share_of_waiters > 0 && goal.share_of_waiters <= 1))
        throw ArgumentError("share_of_waiters of a goal must be over 0 and at most 1, such as 0.05 for 5 %");
    if (!(goal.p99_wait >= Seconds(0))) throw ArgumentError("p99_wait of a goal must be zero or more");
}

/// Erlang's B for one connection more.
double next_b(double b, double busy, int connections) { return busy * b / (connections + busy * b); }

double c_from_b(double b, double busy, int connections) {
    const double idle = 1 - busy / connections;
    return idle > 0 ? b / (idle + (1 - idle) * b) : 1;
}

QueueForecast forecast(const Workload& workload, double busy, int connections, double share_of_waiters) {
    QueueForecast f;
    f.busy = busy;
    f.utilisation = busy / connections;
    f.stable = busy < connections;
    f.share_of_waiters = share_of_waiters;
    // Of those that wait.
    const Seconds mean = f.stable
                             ? workload.hold_time / (connections - busy) * (1 + std::pow(workload.variability, 2)) / 2
                             : Seconds(std::numeric_limits<double>::infinity());
    const auto not_exceeded_by = [&](double share) {
        return share_of_waiters > 1 - share ? mean * std::log(share_of_waiters / (1 - share)) : Seconds(0);
    };
    f.mean_wait = share_of_waiters > 0 ? mean * share_of_waiters : Seconds(0);
    f.p50_wait = not_exceeded_by(0.50);
    f.p95_wait = not_exceeded_by(0.95);
    f.p99_wait = not_exceeded_by(0.99);
    return f;
}

}  // namespace

double erlang_b(double busy, int connections) {
    check_busy(busy);
    health::at_least(0, connections, "connections");
    double b = 1;
    for (int k = 1; k <= connections && b > 0; ++k) b = next_b(b, busy, k);
    return b;
}

double erlang_c(double busy, int connections) {
    check_busy(busy);
    health::at_least(1, connections, "connections");
    if (busy >= connections) return 1;
    return c_from_b(erlang_b(busy, connections), busy, connections);
}

QueueForecast forecast(const Workload& workload, int connections) {
    const double busy = busy_connections(workload);
    return forecast(workload, busy, connections, erlang_c(busy, connections));
}

int connections_for(const Workload& workload, const WaitGoal& goal) {
    check(goal);
    const double busy = busy_connections(workload);
    double b = 1;
    for (int connections = 1;; ++connections) {
        b = next_b(b, busy, connections);
        if (connections <= busy) continue;
        const auto f = forecast(workload, busy, connections, c_from_b(b, busy, connections));
        if (f.share_of_waiters <= goal.share_of_waiters && f.p99_wait <= goal.p99_wait) return connections;
    }
}

}  // namespace sociable
