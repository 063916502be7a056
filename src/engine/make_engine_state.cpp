#include "dialect/dialect.hpp"
#include "engine/engine_state.hpp"

#include <sociable/errors/error.hpp>

#include <string>
#include <utility>

namespace sociable::detail {

namespace {

using std::chrono::milliseconds;

constexpr Limit default_size = 5;
constexpr std::chrono::seconds default_connect_timeout{10};

[[noreturn]] void refuse(const std::string& option, const std::string& why) {
    throw ArgumentError("option " + option + ": " + why);
}

struct Choice {
    PoolClass pool_class;
    std::string reason;
};

Choice choose_pool(const EngineOptions& options, dialect::Locality locality) {
    if (options.pool_class) return {*options.pool_class, "asked for"};
    switch (locality) {
        case dialect::Locality::server: break;
        case dialect::Locality::file: return {PoolClass::null, "default for SQLite files"};
        case dialect::Locality::memory: return {PoolClass::static_, "default for SQLite in memory"};
    }
    return {PoolClass::queue, "default for servers"};
}

/// Options of a queue mean nothing to other pools, and one that is set in vain is a mistake.
void check_usable(const EngineOptions& options, PoolClass pool_class) {
    const auto only_for = [&](bool set, const char* option, const char* pools) {
        if (set)
            refuse(option, std::string(to_string(pool_class)) + " can't use it, only " + pools +
                               "; leave it out, or set pool_class");
    };
    if (pool_class != PoolClass::queue) {
        const char* queue = "QueuePool";
        only_for(options.pool_size.has_value(), "pool_size", queue);
        only_for(options.max_overflow.has_value(), "max_overflow", queue);
        only_for(options.pool_use_lifo.has_value(), "pool_use_lifo", queue);
        only_for(options.warm_up.has_value(), "warm_up", queue);
        only_for(options.pool_connecting_limit.has_value(), "pool_connecting_limit", queue);
        only_for(options.pool_min_idle.has_value(), "pool_min_idle", queue);
        only_for(options.pool_max_idle_time.has_value(), "pool_max_idle_time", queue);
        only_for(options.pool_health_check_interval.has_value(), "pool_health_check_interval", queue);
        if (pool_class != PoolClass::static_) {
            const char* waiting = "QueuePool and StaticPool";
            only_for(options.pool_timeout.has_value(), "pool_timeout", waiting);
            only_for(options.pool_max_waiting.has_value(), "pool_max_waiting", waiting);
        }
    }
    if (pool_class == PoolClass::null) {
        const char* keeping = "pools that keep connections";
        only_for(options.pool_recycle.has_value(), "pool_recycle", keeping);
        only_for(options.pool_pre_ping, "pool_pre_ping", keeping);
        only_for(options.pool_ping_timeout.has_value(), "pool_ping_timeout", keeping);
    }
}

// Times can be added to it without overflow. Whoever means longer means for ever.
constexpr milliseconds longest = std::chrono::hours(24 * 365);

void check_duration(const char* option, std::optional<milliseconds> value, milliseconds least) {
    if (value && (*value < least || *value > longest))
        refuse(option, "is " + std::to_string(value->count()) + " ms; valid are " + std::to_string(least.count()) +
                           " ms to 365 days");
}

void check_count(const char* option, std::optional<int> value, int least = 0) {
    if (value && *value < least)
        refuse(option, "is " + std::to_string(*value) + "; valid are " + std::to_string(least) + " and more");
}

void check_limit(const char* option, std::optional<Limit> value, int least, const char* advice = "") {
    if (value && !value->is_unlimited() && value->count() < least)
        refuse(option, "is " + std::to_string(value->count()) + "; valid are " + std::to_string(least) +
                           " and more, or sociable::unlimited" + advice);
}

void check_ranges(const EngineOptions& o) {
    check_limit("pool_size", o.pool_size, 1, ". For no pooling set pool_class to null");
    check_limit("max_overflow", o.max_overflow, 0);
    check_duration("pool_timeout", o.pool_timeout, milliseconds(0));
    check_duration("pool_recycle", o.pool_recycle, milliseconds(1));
    check_duration("pool_ping_after_idle", o.pool_ping_after_idle, milliseconds(0));
    check_duration("pool_ping_timeout", o.pool_ping_timeout, milliseconds(1));
    check_duration("pool_max_idle_time", o.pool_max_idle_time, milliseconds(1));
    check_duration("pool_health_check_interval", o.pool_health_check_interval, milliseconds(1));
    check_duration("pool_leak_threshold", o.pool_leak_threshold, milliseconds(1));
    check_duration("connect_timeout", o.connect_timeout, std::chrono::seconds(1));
    check_count("pool_max_waiting", o.pool_max_waiting);
    check_count("pool_connecting_limit", o.pool_connecting_limit, 1);
    check_count("pool_connect_retries", o.pool_connect_retries);
    check_count("pool_min_idle", o.pool_min_idle);
    check_count("warm_up", o.warm_up);
    check_count("statement_cache_size", o.statement_cache_size);
}

/// Options that contradict each other: one of them would be ignored.
void check_together(const EngineOptions& o) {
    const Limit size = o.pool_size.value_or(default_size);
    if (size.is_unlimited() && o.max_overflow) refuse("max_overflow", "goes beyond no pool_size that is unlimited");
    const auto check_kept = [&](const char* option, std::optional<int> count) {
        if (!size.is_unlimited() && count.value_or(0) > size.count())
            refuse(option, "is " + std::to_string(*count) + ", but only pool_size connections are kept, which is " +
                               std::to_string(size.count()));
    };
    check_kept("warm_up", o.warm_up);
    check_kept("pool_min_idle", o.pool_min_idle);
    if (!o.warm_up_sql.empty() && o.warm_up.value_or(0) == 0)
        refuse("warm_up_sql", "warm_up opens no connection to run it on");
    if (o.pool_ping_after_idle && !o.pool_pre_ping)
        refuse("pool_ping_after_idle", "means nothing without pool_pre_ping");
    if (o.creator && o.connect_timeout) refuse("connect_timeout", "creator opens the connection, and can't be told");
    if (o.creator && !o.connect_args.empty()) refuse("connect_args", "creator opens the connection, and can't be told");
}

/// The URL that connections are opened with: the user's, with the options that are about connecting.
Url connect_url(Url url, const EngineOptions& options, dialect::Locality locality) {
    for (const auto& [key, value] : options.connect_args) url = url.with_query(key, value);
    if (locality != dialect::Locality::server) {
        if (options.connect_timeout) refuse("connect_timeout", "SQLite has no server to wait for");
        return url;
    }
    const auto timeout = options.connect_timeout.value_or(default_connect_timeout);
    if (options.connect_timeout || !url.query("connect_timeout"))
        url =
            url.with_query("connect_timeout", std::to_string(std::chrono::ceil<std::chrono::seconds>(timeout).count()));
    return url;
}

/// Options that only some databases can use.
void check_database(const EngineOptions& o, const dialect::Dialect& dialect, dialect::Locality locality) {
    if (locality != dialect::Locality::server && o.pool_connect_retries)
        refuse("pool_connect_retries", "SQLite has no server to wait for");
    if (o.pool_require_primary && dialect.name() != "postgresql")
        refuse("pool_require_primary", "only PostgreSQL tells by itself whether it is a standby");
}

std::string default_name(const Url& url) {
    std::string name = url.scheme() + "://" + url.host();
    if (!url.database().empty()) name += '/' + url.database();
    return name;
}

}  // namespace

pool::Settings pool_settings(const Url& url, const EngineOptions& options, const dialect::Dialect& dialect) {
    Choice choice = choose_pool(options, dialect.locality(url));
    check_usable(options, choice.pool_class);
    check_ranges(options);
    check_together(options);
    check_database(options, dialect, dialect.locality(url));

    pool::Settings settings;
    settings.name = options.name.empty() ? default_name(url) : options.name;
    settings.pool_class = choice.pool_class;
    settings.reason = std::move(choice.reason);
    if (settings.pool_class == PoolClass::queue) {
        settings.size = options.pool_size.value_or(default_size);
        settings.max_overflow = options.max_overflow.value_or(10);
    } else {
        settings.size =
            settings.pool_class == PoolClass::static_ || settings.pool_class == PoolClass::assertion ? 1 : 0;
        settings.max_overflow = 0;
    }
    settings.lifo = options.pool_use_lifo.value_or(false);
    settings.timeout = options.pool_timeout.value_or(std::chrono::seconds(30));
    settings.max_waiting = options.pool_max_waiting;
    settings.connecting_limit = options.pool_connecting_limit.value_or(2);
    const bool is_server = dialect.locality(url) == dialect::Locality::server;
    settings.connect_retries = options.pool_connect_retries.value_or(is_server ? 3 : 0);
    settings.recycle = options.pool_recycle;
    settings.pre_ping = options.pool_pre_ping;
    settings.ping_after_idle = options.pool_ping_after_idle.value_or(std::chrono::seconds(1));
    settings.ping_timeout = options.pool_ping_timeout.value_or(std::chrono::seconds(1));
    settings.require_primary = options.pool_require_primary;
    settings.min_idle = options.pool_min_idle.value_or(0);
    settings.max_idle_time = options.pool_max_idle_time;
    settings.health_check_interval = options.pool_health_check_interval;
    settings.leak_threshold = options.pool_leak_threshold;
    settings.reset_on_return = options.pool_reset_on_return;
    settings.reset_session = options.pool_reset_session;
    settings.init_sql = options.init_sql;
    settings.warm_up_sql = options.warm_up_sql;
    settings.creator = options.creator;
    settings.record_times = options.pool_record_times;
    settings.statement_cache_size = static_cast<std::size_t>(options.statement_cache_size);
    return settings;
}

namespace {

/// What means nothing to this pool or database stays empty.
EngineOptions with_defaults(EngineOptions o, const pool::Settings& s, const Url& url, dialect::Locality locality) {
    const bool is_queue = s.pool_class == PoolClass::queue;
    const bool keeps = s.pool_class != PoolClass::null;
    if (is_queue) {
        o.pool_size = s.size;
        o.max_overflow = s.max_overflow;
        o.pool_connecting_limit = s.connecting_limit;
        o.pool_min_idle = s.min_idle;
        o.pool_use_lifo = s.lifo;
        o.warm_up = o.warm_up.value_or(0);
    }
    if (is_queue || s.pool_class == PoolClass::static_) o.pool_timeout = s.timeout;
    if (keeps) o.pool_ping_timeout = s.ping_timeout;
    if (s.pre_ping) o.pool_ping_after_idle = s.ping_after_idle;
    if (locality == dialect::Locality::server) {
        o.pool_connect_retries = s.connect_retries;
        if (!o.creator && !o.connect_timeout && !url.query("connect_timeout"))
            o.connect_timeout = default_connect_timeout;
    }
    o.pool_class = s.pool_class;
    o.name = s.name;
    return o;
}

}  // namespace

std::shared_ptr<EngineState> make_engine_state(const Url& url, const EngineOptions& options) {
    std::shared_ptr<const dialect::Dialect> dialect = dialect::make_dialect(url, options.sqlite);
    if (options.isolation_level) dialect->check(*options.isolation_level);
    pool::Settings settings = pool_settings(url, options, *dialect);
    Url connecting = connect_url(url, options, dialect->locality(url));
    if (!options.creator) dialect->check(connecting);
    EngineOptions effective = with_defaults(options, settings, url, dialect->locality(url));
    return std::make_shared<EngineState>(url, std::move(connecting), std::move(dialect), std::move(settings),
                                         std::move(effective));
}

}  // namespace sociable::detail
