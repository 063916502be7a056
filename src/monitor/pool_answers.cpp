#include "monitor/pool_answers.hpp"

#include "health/figures.hpp"
#include "monitor/json.hpp"

#include <algorithm>

namespace sociable::monitor {

namespace {

json::object counters(const PoolStatus& s) {
    json::object by_reason;
    for (std::size_t i = 0; i < close_reason_count; ++i)
        by_reason[to_string(static_cast<CloseReason>(i))] = s.closed_by_reason[i];
    return {{"checkouts", s.checkouts},
            {"hits", s.hits},
            {"misses", s.misses()},
            {"hit_ratio", s.hit_ratio()},
            {"failed", s.failed},
            {"timeouts", s.timeouts},
            {"opened", s.opened},
            {"closed", s.closed},
            {"closed_by_reason", std::move(by_reason)},
            {"connect_errors", s.connect_errors},
            {"invalidated", s.invalidated},
            {"recycled", s.recycled},
            {"rollbacks", s.rollbacks},
            {"session_resets", s.session_resets},
            {"leaks", s.leaks},
            {"socket_checks", s.socket_checks},
            {"dead_sockets", s.dead_sockets},
            {"pings", s.pings},
            {"failed_pings", s.failed_pings},
            {"statement_hits", s.statement_hits},
            {"statement_misses", s.statement_misses},
            {"statement_hit_ratio", s.statement_hit_ratio()},
            {"statement_evictions", s.statement_evictions}};
}

json::object summary(const TimeSummary& s) {
    return {{"count", s.count},
            {"mean_seconds", seconds(s.mean)},
            {"p50_seconds", seconds(s.p50)},
            {"p95_seconds", seconds(s.p95)},
            {"p99_seconds", seconds(s.p99)},
            {"max_seconds", seconds(s.longest)}};
}

json::object times(const PoolStatus::Times& times) {
    return {{"last_minute", summary(times.last_minute)}, {"since_start", summary(times.since_start)}};
}

/// When the interval that is under way `now` ends, in seconds since 1970.
double end_of_interval(PoolHistory::Clock::time_point now) {
    const auto left = PoolHistory::interval - now.time_since_epoch() % PoolHistory::interval;
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch() + left).count();
}

json::object history(const Watch& watch, std::size_t which) {
    const auto now = PoolHistory::Clock::now();
    const auto points = watch.points(which, now);
    json::array in_use, open, waiting, utilisation;
    for (const auto& point : points) {
        in_use.push_back(point ? json::value(point->in_use) : json::value());
        open.push_back(point ? json::value(point->open) : json::value());
        waiting.push_back(point ? json::value(point->waiters) : json::value());
        utilisation.push_back(point && point->limit ? json::value(static_cast<double>(point->in_use) / *point->limit)
                                                    : json::value());
    }
    return {{"interval_seconds", PoolHistory::interval.count()},
            {"until", end_of_interval(now)},
            {"in_use", std::move(in_use)},
            {"open", std::move(open)},
            {"waiting", std::move(waiting)},
            {"utilisation", std::move(utilisation)}};
}

/// Of those in use beyond pool_size, which they are is nobody's decision before they come back; those opened last stand
/// for them.
void mark_overflow(json::array& connections, int size) {
    const auto is_in_use = [](const json::value& each) { return each.at("state").as_string() == "in_use"; };
    auto beyond = std::count_if(connections.begin(), connections.end(), is_in_use) - size;
    for (auto each = connections.end(); each != connections.begin() && beyond > 0;) {
        if (!is_in_use(*--each)) continue;
        each->at("state") = "overflow";
        --beyond;
    }
}

}  // namespace

json::object status(const Engine& engine, const Watch& watch, std::size_t which) {
    const PoolStatus s = engine.pool().status();
    const auto limit = health::capacity(s);
    return {{"name", text(s.name)},
            {"dialect", engine.dialect_name()},
            {"pool_class", to_string(s.pool_class)},
            {"reason", text(s.reason)},
            {"size", number(s.size)},
            {"max_overflow", number(s.max_overflow)},
            {"limit", number(limit)},
            {"min_idle", s.min_idle},
            {"idle", s.checked_in},
            {"in_use", s.checked_out},
            {"opening", s.opening},
            {"overflow", std::max(s.overflow, 0)},
            {"waiting", s.waiters},
            {"oldest_wait_seconds", seconds(s.oldest_wait)},
            {"suspended", s.suspended},
            {"utilisation", limit ? json::value(static_cast<double>(s.checked_out) / *limit) : json::value()},
            {"counters", counters(s)},
            {"times",
             {{"wait", times(s.wait)},
              {"connect", times(s.connect)},
              {"use", times(s.use)},
              {"ping", times(s.ping)},
              {"reset", times(s.reset)}}},
            {"history", history(watch, which)}};
}

json::object connections(const Engine& engine) {
    const Pool pool = engine.pool();
    const PoolStatus s = pool.status();
    json::array all;
    for (const PooledConnection& each : pool.connections()) {
        const bool opening = each.connection_id == 0;
        const bool idle = !opening && !each.holder;
        all.push_back({{"id", each.connection_id},
                       {"state", opening ? "opening"
                                 : idle  ? "idle"
                                         : "in_use"},
                       {"age_seconds", opening ? json::value() : seconds(each.age)},
                       {"idle_seconds", idle ? seconds(each.idle) : json::value()},
                       {"checkouts", each.checkouts},
                       {"holder", each.holder ? json::value(holder(*each.holder)) : json::value()}});
    }
    if (s.pool_class == PoolClass::queue && !s.size.is_unlimited()) mark_overflow(all, s.size.count());
    for (int i = 0; i < s.opening; ++i)
        all.push_back({{"id", 0},
                       {"state", "opening"},
                       {"age_seconds", nullptr},
                       {"idle_seconds", nullptr},
                       {"checkouts", 0},
                       {"holder", nullptr}});
    return {{"name", text(s.name)}, {"connections", std::move(all)}};
}

json::object holders(const Engine& engine) {
    json::array all;
    for (const Holder& each : engine.pool().holders()) {
        json::object one = holder(each);
        one["connection_id"] = each.connection_id;
        all.push_back(std::move(one));
    }
    return {{"name", text(engine.name())}, {"holders", std::move(all)}};
}

}  // namespace sociable::monitor
