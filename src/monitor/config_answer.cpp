#include "monitor/config_answer.hpp"

#include "monitor/json.hpp"

#include <string>

namespace sociable::monitor {

namespace {

json::value duration(std::chrono::milliseconds time) {
    const auto ms = time.count();
    return text(ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms");
}

json::value duration(const std::optional<std::chrono::milliseconds>& time) {
    return time ? duration(*time) : json::value();
}

json::value limit(const std::optional<Limit>& limit) {
    if (!limit) return {};
    return limit->is_unlimited() ? json::value("unlimited") : json::value(limit->count());
}

json::value flag(const std::optional<bool>& flag) { return flag ? json::value(*flag) : json::value(); }

std::string_view name_of(Echo echo) {
    switch (echo) {
        case Echo::off: return "off";
        case Echo::statements: return "statements";
        case Echo::values: return "values";
    }
    return {};
}

std::string_view name_of(ResetOnReturn reset) {
    switch (reset) {
        case ResetOnReturn::rollback: return "rollback";
        case ResetOnReturn::commit: return "commit";
        case ResetOnReturn::none: return "none";
    }
    return {};
}

json::object options(const EngineOptions& o) {
    json::object all{
        {"pool_size", limit(o.pool_size)},
        {"max_overflow", limit(o.max_overflow)},
        {"pool_timeout", duration(o.pool_timeout)},
        {"pool_max_waiting", number(o.pool_max_waiting)},
        {"pool_connecting_limit", number(o.pool_connecting_limit)},
        {"pool_connect_retries", number(o.pool_connect_retries)},
        {"pool_recycle", duration(o.pool_recycle)},
        {"pool_pre_ping", o.pool_pre_ping},
        {"pool_ping_after_idle", duration(o.pool_ping_after_idle)},
        {"pool_ping_timeout", duration(o.pool_ping_timeout)},
        {"pool_require_primary", o.pool_require_primary},
        {"pool_min_idle", number(o.pool_min_idle)},
        {"pool_max_idle_time", duration(o.pool_max_idle_time)},
        {"pool_health_check_interval", duration(o.pool_health_check_interval)},
        {"pool_leak_threshold", duration(o.pool_leak_threshold)},
        {"pool_use_lifo", flag(o.pool_use_lifo)},
        {"pool_reset_on_return", name_of(o.pool_reset_on_return)},
        {"pool_reset_session", o.pool_reset_session},
        {"pool_record_times", o.pool_record_times},
        {"isolation_level", o.isolation_level ? json::value(to_string(*o.isolation_level)) : json::value()},
        {"connect_timeout", duration(o.connect_timeout)},
        {"connect_args", o.connect_args.size()},
        {"creator", static_cast<bool>(o.creator)},
        {"init_sql", o.init_sql.size()},
        {"connect_now", o.connect_now},
        {"warm_up", number(o.warm_up)},
        {"warm_up_sql", o.warm_up_sql.size()},
        {"statement_cache_size", o.statement_cache_size},
        {"echo", name_of(o.echo)}};
    all["pool_class"] = o.pool_class ? json::value(to_string(*o.pool_class)) : json::value();
    if (o.sqlite) {
        all["sqlite.wal"] = o.sqlite->wal;
        all["sqlite.busy_timeout"] = duration(o.sqlite->busy_timeout);
        all["sqlite.foreign_keys"] = o.sqlite->foreign_keys;
        all["sqlite.throughput"] = o.sqlite->throughput;
    }
    return all;
}

}  // namespace

json::object config(const Engine& engine) {
    return {{"name", text(engine.name())},
            {"url", text(engine.url().to_string())},
            {"dialect", engine.dialect_name()},
            {"options", options(engine.options())}};
}

json::object config(const MonitorOptions& o) {
    return {{"token_set", !o.token.empty()},
            {"open_metrics", o.open_metrics},
            {"hikaricp_names", o.metrics.hikaricp},
            {"database_timeout", duration(o.database_timeout)},
            {"database_max_age", duration(o.database_max_age)}};
}

}  // namespace sociable::monitor
