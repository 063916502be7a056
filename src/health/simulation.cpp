#include "health/at_least.hpp"

#include <sociable/errors/error.hpp>
#include <sociable/health/simulation.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <queue>
#include <random>
#include <utility>

namespace sociable {

namespace {

using health::at_least;

/// Connections or threads, each by the time at which it is free.
class Servers {
public:
    // Those beyond the number of requests are never reached.
    Servers(int count, std::size_t requests)
        : free_at_({}, std::vector<double>(std::min(static_cast<std::size_t>(count), requests), 0.0)) {}

    double next_free() const { return free_at_.top(); }
    void take_until(double time) {
        free_at_.pop();
        free_at_.push(time);
    }

private:
    std::priority_queue<double, std::vector<double>, std::greater<>> free_at_;
};

/// Around a mean of 1.
class HoldTimes {
public:
    explicit HoldTimes(double variability)
        : constant_(variability < 1e-6),
          shape_(constant_ ? 1 : 1 / (variability * variability)),
          gamma_(shape_, 1 / shape_) {}

    template <class Generator>
    double next(Generator& generator) {
        return constant_ ? 1 : gamma_(generator);
    }

private:
    bool constant_;
    double shape_;
    std::gamma_distribution<double> gamma_;
};

}  // namespace

SimulatedWaits::SimulatedWaits(std::vector<double> seconds) : sorted_(std::move(seconds)) {
    if (sorted_.empty()) throw ArgumentError("there must be at least one wait");
    std::sort(sorted_.begin(), sorted_.end());
}

double SimulatedWaits::share_of_waiters() const noexcept {
    const auto first = std::upper_bound(sorted_.begin(), sorted_.end(), 0.0);
    return static_cast<double>(sorted_.end() - first) / static_cast<double>(sorted_.size());
}

Seconds SimulatedWaits::mean() const noexcept {
    return Seconds(std::accumulate(sorted_.begin(), sorted_.end(), 0.0) / static_cast<double>(sorted_.size()));
}

Seconds SimulatedWaits::percentile(double share) const {
    if (!(share >= 0 && share <= 1)) throw ArgumentError("the share of a percentile must be from 0 to 1");
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted_.size())));
    return Seconds(sorted_[rank > 0 ? rank - 1 : 0]);
}

SimulatedWaits simulate(const Workload& workload, int connections, const SimulationOptions& options) {
    const double busy = busy_connections(workload);
    at_least(1, connections, "connections");
    at_least(1, options.requests, "requests");
    if (options.users) at_least(1, *options.users, "users");

    const auto counted = static_cast<std::size_t>(options.requests);
    const auto warm_up = counted / 10 + static_cast<std::size_t>(10 * busy);
    if (busy == 0) return SimulatedWaits(std::vector<double>(counted, 0.0));

    std::mt19937_64 generator(options.seed);
    std::exponential_distribution<double> gap(1);
    HoldTimes hold_times(workload.variability);
    Servers pool(connections, counted + warm_up);
    std::optional<Servers> threads;
    if (options.users) threads.emplace(*options.users, counted + warm_up);
    std::vector<double> waits;
    waits.reserve(counted);

    // Times are in mean gaps between two arrivals, so that no rate is too small for them.
    double arrival = 0;
    for (std::size_t request = 0; request < counted + warm_up; ++request) {
        arrival += gap(generator);
        const double wanted = threads ? std::max(arrival, threads->next_free()) : arrival;
        const double start = std::max(wanted, pool.next_free());
        const double end = start + busy * hold_times.next(generator);
        pool.take_until(end);
        if (threads) threads->take_until(end);
        if (request >= warm_up) waits.push_back((start - wanted) / workload.arrivals_per_second);
    }
    return SimulatedWaits(std::move(waits));
}

}  // namespace sociable
