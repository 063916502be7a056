#pragma once

#include "health/metrics_text.hpp"

#include <sociable/health/metrics.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sociable::health {

/// A pool, and the name that only it has.
struct NamedReading {
    std::string name;
    const PoolReading& reading;
};

/// Writes families of metrics that each pool has, with the samples of all pools.
class PoolFamilies {
public:
    /// `label` is the one of the pool's name.
    PoolFamilies(std::string& out, const std::vector<NamedReading>& pools, std::string_view label)
        : out_(out), pools_(pools), label_(label) {}

    /// Calls `f(family, labels, reading)` for each pool, with the label of its name.
    template <class F>
    void each(std::string_view name, std::string_view type, std::string_view help, F&& f) {
        Family family(out_, name, type, help);
        for (const NamedReading& pool : pools_) f(family, Labels{{label_, pool.name}}, pool.reading);
    }

    using Value = std::function<std::string(const PoolStatus&)>;
    void gauge(std::string_view name, std::string_view help, const Value& value) { one(name, "gauge", help, value); }
    void counter(std::string_view name, std::string_view help, std::uint64_t PoolStatus::*count) {
        one(name, "counter", help, [count](const PoolStatus& s) { return text(s.*count); });
    }
    void histogram(std::string_view name, std::string_view help, Durations PoolTimes::*times) {
        each(name, "histogram", help, [times](Family& family, const Labels& labels, const PoolReading& pool) {
            family.histogram(labels, pool.times.*times);
        });
    }

private:
    void one(std::string_view name, std::string_view type, std::string_view help, const Value& value) {
        each(name, type, help, [&value](Family& family, const Labels& labels, const PoolReading& pool) {
            family.sample(labels, value(pool.status));
        });
    }

    std::string& out_;
    const std::vector<NamedReading>& pools_;
    std::string_view label_;
};

/// Connections that may be idle, and open, at once.
Limit most_idle(const PoolStatus& status);
Limit most_open(const PoolStatus& status);

// The sets of names.
inline constexpr std::string_view pool_name_label = "db_client_connection_pool_name";
void write_opentelemetry(PoolFamilies families);
void write_own(PoolFamilies families);
void write_hikaricp(PoolFamilies families);

}  // namespace sociable::health
