#pragma once

#include <sociable/health/workload.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace sociable {

struct SimulationOptions {
    /// That are counted. Others come before them, until the pool is as full as it gets: a tenth, and ten for each busy
    /// connection.
    int requests = 200'000;
    /// Threads: who finds all of them busy waits for a thread, and only then for a connection.
    std::optional<int> users{};
    std::uint64_t seed = 1;  ///< the same seed gives the same waits, with the same standard library
};

/// How long requests waited for a connection.
class SimulatedWaits {
public:
    explicit SimulatedWaits(std::vector<double> seconds);

    /// From the shortest, in seconds.
    const std::vector<double>& sorted() const& noexcept { return sorted_; }
    std::vector<double> sorted() && noexcept { return std::move(sorted_); }
    double share_of_waiters() const noexcept;
    Seconds mean() const noexcept;
    /// The wait that this share of the requests did not exceed: percentile(0.99) is the p99. 1 is the longest.
    /// Throws ArgumentError when the share is not between 0 and 1.
    Seconds percentile(double share) const;

private:
    std::vector<double> sorted_;
};

/// Plays the workload, request by request, on a pool of `connections` that serves them first come, first served.
/// Arrivals are random (Poisson), hold times have a gamma distribution of the given mean and variability: exponential
/// when it is 1, constant when 0. Takes time and memory in proportion to the requests.
/// Throws ArgumentError when the workload is none (see busy_connections), when requests, users or connections are less
/// than 1.
SimulatedWaits simulate(const Workload& workload, int connections, const SimulationOptions& options = {});

}  // namespace sociable
