#pragma once

#include <chrono>

namespace sociable {

using Seconds = std::chrono::duration<double>;

/// What a pool is asked for. Arrivals are taken to be random (Poisson): many users who don't wait for each other.
struct Workload {
    double arrivals_per_second = 0;  ///< connections asked for
    Seconds hold_time{0};            ///< from checkout to return, on average: not only the queries' time
    /// Standard deviation of the hold time over its mean: 0 when all are alike, 1 when exponential, as a mix of
    /// queries often is, more when few are very long.
    double variability = 1;
};

/// The connections that the workload has in use on average, if it never waits: arrivals x hold time.
/// Source: J. D. C. Little, "A proof for the queuing formula L = λW", Operations Research 9 (1961).
/// Throws ArgumentError when a field is negative or not finite, when the variability is over 1000, or when more than a
/// million connections would be busy. Safe from any thread, like all functions of this room.
double busy_connections(const Workload& workload);

}  // namespace sociable
