#pragma once

#include <sociable/health/workload.hpp>

namespace sociable {

/// The share of requests that find all of `connections` in use, when `busy` would be in use on average and nobody
/// waits: who finds none goes away. By the recursion B(0) = 1, B(k) = aB(k-1) / (k + aB(k-1)) with a = busy, which
/// neither overflows nor cancels. Source: A. K. Erlang, "Solution of some problems in the theory of probabilities of
/// significance in automatic telephone exchanges" (1917).
/// Throws ArgumentError when `busy` is negative or not finite, or `connections` is negative.
double erlang_b(double busy, int connections);

/// The share of requests that must wait, first come, first served: C = B / (1 - ρ(1 - B)) with ρ = busy / connections,
/// and 1 when ρ >= 1. Source: Erlang, as above.
/// Throws ArgumentError when `busy` is negative or not finite, or `connections` is less than 1.
double erlang_c(double busy, int connections);

/// What a workload meets at a pool of a certain size.
struct QueueForecast {
    double busy = 0;         ///< connections in use on average, if there were enough
    double utilisation = 0;  ///< their share of the pool's; 1 or more is overload
    bool stable = true;      ///< false in overload: the queue grows without end, and all waits are infinite
    double share_of_waiters = 0;
    Seconds mean_wait{0};  ///< over all requests, also those that didn't wait; so are the percentiles
    Seconds p50_wait{0};
    Seconds p95_wait{0};
    Seconds p99_wait{0};
};

/// The queue M/G/c: the share of waiters is Erlang's C, the mean wait C·S / (c(1-ρ)) x (1 + V²)/2, with S the hold
/// time, c the connections and V the variability. A wait longer than t has the probability C·exp(-tC / mean wait).
/// Exact when V = 1 (M/M/c). The mean is exact for one connection, too, and else an approximation for busy pools: where
/// few wait, it overstates the waits that a variability over 1 makes.
/// Source: A. O. Allen, "Probability, Statistics, and Queueing Theory" (1978), with J. Cunneen.
/// Throws ArgumentError when the workload is none (see busy_connections) or `connections` is less than 1.
QueueForecast forecast(const Workload& workload, int connections);

/// How much waiting is allowed.
struct WaitGoal {
    double share_of_waiters = 0.05;                     ///< at most; over 0, up to 1
    Seconds p99_wait = std::chrono::milliseconds(100);  ///< at most; may be infinite
};

/// The smallest pool that meets both parts of the goal, at least 1.
/// Throws ArgumentError when the workload or the goal is none.
int connections_for(const Workload& workload, const WaitGoal& goal = {});

}  // namespace sociable
