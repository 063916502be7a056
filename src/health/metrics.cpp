#include "health/pool_families.hpp"
#include "health/utf8.hpp"

#include <sociable/health/metrics.hpp>

#include <set>

namespace sociable {

namespace {

using health::NamedReading;
using health::PoolFamilies;

/// Prometheus refuses a whole scrape for two samples of the same labels, or for a byte that is no UTF-8.
std::vector<NamedReading> named(std::span<const PoolReading> pools) {
    std::set<std::string> taken;
    std::vector<NamedReading> all;
    for (const PoolReading& pool : pools) {
        const std::string base = health::valid_utf8(pool.status.name);
        std::string name = base;
        for (int i = 2; !taken.insert(name).second; ++i) name = base + " #" + std::to_string(i);
        all.push_back({std::move(name), pool});
    }
    return all;
}

}  // namespace

PoolReading reading_of(const Pool& pool) { return {.status = pool.status(), .times = pool.times()}; }

std::string prometheus_metrics(std::span<const PoolReading> pools, const MetricsOptions& options) {
    const std::vector<NamedReading> readings = named(pools);
    std::string out;
    health::write_opentelemetry({out, readings, health::pool_name_label});
    health::write_own({out, readings, health::pool_name_label});
    if (options.hikaricp) health::write_hikaricp({out, readings, "pool"});
    return out;
}

std::string prometheus_metrics(std::span<const Pool> pools, const MetricsOptions& options) {
    std::vector<PoolReading> readings;
    readings.reserve(pools.size());
    for (const Pool& pool : pools) readings.push_back(reading_of(pool));
    return prometheus_metrics(readings, options);
}

std::string prometheus_metrics(const Pool& pool, const MetricsOptions& options) {
    return prometheus_metrics(std::span(&pool, 1), options);
}

}  // namespace sociable
