#include <sociable/errors/error.hpp>
#include <sociable/health/workload.hpp>

#include <cmath>

namespace sociable {

namespace {

// Far beyond any database, and near enough that every loop over connections ends soon.
constexpr double most_busy = 1'000'000;
constexpr double most_variability = 1000;

void check(double value, const char* name) {
    if (!std::isfinite(value) || value < 0)
        throw ArgumentError(std::string(name) + " of a workload must be a finite number, zero or more");
}

}  // namespace

double busy_connections(const Workload& workload) {
    check(workload.arrivals_per_second, "arrivals_per_second");
    check(workload.hold_time.count(), "hold_time");
    check(workload.variability, "variability");
    if (workload.variability > most_variability)
        throw ArgumentError("variability of a workload must be at most 1000; it is a share of the mean, not of 100");
    const double busy = workload.arrivals_per_second * workload.hold_time.count();
    if (busy > most_busy)
        throw ArgumentError(
            "arrivals_per_second x hold_time keeps more than a million connections busy; check the unit of the time");
    return busy;
}

}  // namespace sociable
