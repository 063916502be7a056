#include "health/advisor.hpp"

#include "health/figures.hpp"
#include "health/text.hpp"

#include <sociable/errors/error.hpp>

#include <algorithm>
#include <cmath>

namespace sociable::health {

namespace {

constexpr double long_use_ratio = 20;
constexpr std::chrono::milliseconds long_use{100};
constexpr int kept_for_others = 5;  ///< connections of the server, besides those that it reserves itself

}  // namespace

Advisor::Advisor(const AdviceInput& input) : in_(input), options_(input.options) {
    const Durations& use = in_.times.use;
    const Seconds period = in_.times.period;
    if (period <= Seconds(0)) return;
    workload_.arrivals_per_second = static_cast<double>(use.count()) / period.count();
    workload_.hold_time = use.mean();
    workload_.variability = std::min(use.variability(), 1000.0);
    busy_ = workload_.arrivals_per_second * workload_.hold_time.count();
}

AdviceReport Advisor::report() {
    const Durations& use = in_.times.use;
    if (use.count() < options_.min_samples || in_.times.period < options_.min_period) {
        report_.basis = count_of(static_cast<std::int64_t>(use.count()), "use") + " in " + text(in_.times.period) +
                        " are too few: advice takes " + std::to_string(options_.min_samples) + " in " +
                        text(options_.min_period) + ", measured with pool_record_times";
        return std::move(report_);
    }
    report_.enough_samples = true;
    report_.basis = measured();
    find_churn();
    if (is_queue())
        if (const auto wanted = sizing()) {
            size(*wanted);
            deadlock(*wanted);
        }
    stop_churn();
    slow_connects();
    recycling();
    long_uses();
    leaks();
    return std::move(report_);
}

std::string Advisor::measured() const {
    return std::to_string(in_.times.use.count()) + " uses in " + text(in_.times.period) + ": " +
           text(workload_.arrivals_per_second) + "/s, held " + text(workload_.hold_time) + " on average (variability " +
           text(workload_.variability) + "), keep " + text(busy_) + " connections busy";
}

std::optional<Sizing> Advisor::sizing() try {
    SizingInput input{.workload = workload_, .goal = options_.goal, .burst = options_.burst, .users = options_.users};
    input.held_at_once = options_.held_at_once;
    input.instances = options_.instances;
    input.max_connections = options_.max_connections;
    if (in_.server) {
        if (!input.max_connections) input.max_connections = in_.server->max_connections;
        if (in_.server->reserved_connections)
            input.reserved_connections = *in_.server->reserved_connections + kept_for_others;
    }
    if (options_.reserved_connections) input.reserved_connections = *options_.reserved_connections;
    return size_pool(input);
} catch (const ArgumentError& e) {
    report_.basis += std::string("; no size can be computed: ") + e.what();
    return std::nullopt;
}

void Advisor::recycling() {
    if (!in_.server || !in_.server->idle_timeout || in_.status.pool_class == PoolClass::null) return;
    const auto timeout = *in_.server->idle_timeout;
    if (options_.recycle && *options_.recycle < timeout) return;
    add("pool_recycle", options_.recycle ? text(*options_.recycle) : "never", text(timeout * 9 / 10),
        "the server closes connections that are idle for " + text(timeout),
        "connections are replaced before the server closes them, and no caller meets a dead one");
}

/// Who waits although connections are free, waits until one is opened.
void Advisor::slow_connects() {
    const auto limit = capacity(in_.status);
    if (!limit || in_.times.connect.count() == 0 || options_.min_idle >= in_.status.size.count()) return;
    const auto wait = in_.times.wait.percentile(0.99), connect = in_.times.connect.percentile(0.95);
    if (Seconds(wait) <= options_.goal.p99_wait || connect < wait / 2 || busy_ >= 0.8 * *limit) return;
    const int wanted = static_cast<int>(std::ceil(2 * std::sqrt(busy_)));  // the square-root rule's reserve
    add("pool_min_idle", std::to_string(options_.min_idle),
        std::to_string(std::min(std::max(wanted, options_.min_idle + 1), in_.status.size.count())),
        "the p99 wait is " + text(wait) + " and a connect takes " + text(connect) + " (p95), while " + text(busy_) +
            " of " + std::to_string(*limit) + " connections are busy",
        "a burst finds connections that are open already");
}

void Advisor::long_uses() {
    const auto p50 = in_.times.use.percentile(0.5), p99 = in_.times.use.percentile(0.99);
    if (p99 <= long_use || Seconds(p99) <= long_use_ratio * Seconds(p50)) return;
    add("an engine of its own for long uses", "one for all", "one more",
        "half of the uses take up to " + text(p50) + ", one in a hundred takes over " + text(p99) + " (variability " +
            text(workload_.variability) + ")",
        "short uses no longer wait behind long ones, and each pool can have the size that it needs");
}

void Advisor::leaks() {
    if (in_.status.leaks == 0) return;
    std::string evidence = count_of(static_cast<std::int64_t>(in_.status.leaks), "connection") +
                           " held for longer than pool_leak_threshold since the start";
    if (!in_.holders.empty()) evidence += "; the longest now at " + to_string(in_.holders.front());
    add("callers that keep connections", count_of(static_cast<std::int64_t>(in_.status.leaks), "leak"), "none",
        std::move(evidence), "connections that nobody works with are there for others");
}

}  // namespace sociable::health
