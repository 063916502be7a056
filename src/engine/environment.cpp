#include <sociable/engine/environment.hpp>

#include "dialect/choices.hpp"
#include "errors/redact.hpp"

#include <sociable/errors/error.hpp>

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace sociable {

namespace {

using std::chrono::milliseconds;

[[noreturn]] void refuse(const std::string& name, const std::string& valid) {
    throw ArgumentError("the environment variable " + name + " must be " + valid);
}

/// One variable that is set. Its value appears in no error: it can be a secret that stands in the wrong place.
struct Variable {
    std::string name;
    std::string value;

    template <class T>
    T number(const char* valid) const {
        T result{};
        const char* end = value.data() + value.size();
        const auto [stop, error] = std::from_chars(value.data(), end, result);
        if (error != std::errc{} || stop != end) refuse(name, valid);
        return result;
    }
    int count() const { return number<int>("a whole number"); }
    Limit limit() const {
        if (dialect::lower_case(value) == "unlimited") return unlimited;
        return number<int>("a whole number, or unlimited");
    }
    milliseconds seconds() const {
        const auto result = number<double>("a number of seconds, such as 30 or 0.5");
        if (!(std::abs(result) < 1e9)) refuse(name, "a number of seconds below 1000000000");
        return milliseconds(std::llround(result * 1000));
    }
    bool flag() const {
        const std::string text = dialect::lower_case(value);
        for (const char* yes : {"1", "true", "yes", "on"})
            if (text == yes) return true;
        for (const char* no : {"0", "false", "no", "off"})
            if (text == no) return false;
        refuse(name, "true or false (or yes/no, on/off, 1/0)");
    }
    Echo echo() const {
        if (dialect::lower_case(value) == "values") return Echo::values;
        try {
            return flag() ? Echo::statements : Echo::off;
        } catch (const ArgumentError&) {
            refuse(name, "true, false, or values");
        }
    }
    /// What a parser of names throws tells the valid ones; the variable's name is added.
    template <class Parse>
    auto named(Parse parse) const {
        try {
            return parse(value);
        } catch (const ArgumentError& e) {
            throw ArgumentError("the environment variable " + name + ": " +
                                errors::redact_secret(e.what(), "'" + value + "'"));
        }
    }
};

SqliteOptions& sqlite(EngineOptions& o) {
    if (!o.sqlite) o.sqlite.emplace();
    return *o.sqlite;
}

struct Option {
    const char* suffix;
    void (*apply)(EngineOptions& options, const Variable& variable);
};

// .env.example documents each; a test compares the two.
constexpr Option all_options[] = {
    {"POOL_SIZE", [](auto& o, auto& v) { o.pool_size = v.limit(); }},
    {"MAX_OVERFLOW", [](auto& o, auto& v) { o.max_overflow = v.limit(); }},
    {"POOL_TIMEOUT", [](auto& o, auto& v) { o.pool_timeout = v.seconds(); }},
    {"POOL_MAX_WAITING", [](auto& o, auto& v) { o.pool_max_waiting = v.count(); }},
    {"POOL_CONNECTING_LIMIT", [](auto& o, auto& v) { o.pool_connecting_limit = v.count(); }},
    {"POOL_CONNECT_RETRIES", [](auto& o, auto& v) { o.pool_connect_retries = v.count(); }},
    {"POOL_RECYCLE",
     [](auto& o, auto& v) {
         if (v.value != "-1") o.pool_recycle = v.seconds();  // SQLAlchemy's way of saying never
     }},
    {"POOL_PRE_PING", [](auto& o, auto& v) { o.pool_pre_ping = v.flag(); }},
    {"POOL_PING_AFTER_IDLE", [](auto& o, auto& v) { o.pool_ping_after_idle = v.seconds(); }},
    {"POOL_PING_TIMEOUT", [](auto& o, auto& v) { o.pool_ping_timeout = v.seconds(); }},
    {"POOL_REQUIRE_PRIMARY", [](auto& o, auto& v) { o.pool_require_primary = v.flag(); }},
    {"POOL_MIN_IDLE", [](auto& o, auto& v) { o.pool_min_idle = v.count(); }},
    {"POOL_MAX_IDLE_TIME", [](auto& o, auto& v) { o.pool_max_idle_time = v.seconds(); }},
    {"POOL_HEALTH_CHECK_INTERVAL", [](auto& o, auto& v) { o.pool_health_check_interval = v.seconds(); }},
    {"POOL_LEAK_THRESHOLD", [](auto& o, auto& v) { o.pool_leak_threshold = v.seconds(); }},
    {"POOL_USE_LIFO", [](auto& o, auto& v) { o.pool_use_lifo = v.flag(); }},
    {"POOL_RESET_ON_RETURN", [](auto& o, auto& v) { o.pool_reset_on_return = v.named(parse_reset_on_return); }},
    {"POOL_RESET_SESSION", [](auto& o, auto& v) { o.pool_reset_session = v.flag(); }},
    {"POOL_CLASS", [](auto& o, auto& v) { o.pool_class = v.named(parse_pool_class); }},
    {"ISOLATION_LEVEL", [](auto& o, auto& v) { o.isolation_level = v.named(parse_isolation_level); }},
    {"CONNECT_TIMEOUT", [](auto& o, auto& v) { o.connect_timeout = v.seconds(); }},
    {"CONNECT_NOW", [](auto& o, auto& v) { o.connect_now = v.flag(); }},
    {"WARM_UP", [](auto& o, auto& v) { o.warm_up = v.count(); }},
    {"POOL_RECORD_TIMES", [](auto& o, auto& v) { o.pool_record_times = v.flag(); }},
    {"STATEMENT_CACHE_SIZE", [](auto& o, auto& v) { o.statement_cache_size = v.count(); }},
    {"ECHO", [](auto& o, auto& v) { o.echo = v.echo(); }},
    {"NAME", [](auto& o, auto& v) { o.name = v.value; }},
    {"SQLITE_WAL", [](auto& o, auto& v) { sqlite(o).wal = v.flag(); }},
    {"SQLITE_BUSY_TIMEOUT", [](auto& o, auto& v) { sqlite(o).busy_timeout = v.seconds(); }},
    {"SQLITE_FOREIGN_KEYS", [](auto& o, auto& v) { sqlite(o).foreign_keys = v.flag(); }},
    {"SQLITE_THROUGHPUT", [](auto& o, auto& v) { sqlite(o).throughput = v.flag(); }},
};

std::optional<std::string> from_process(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

/// The variable in one of its spellings; what is empty is not set.
std::optional<Variable> find(std::span<const std::string> prefixes, const std::string& suffix,
                             const EnvironmentReader& read) {
    std::optional<Variable> found;
    for (const std::string& prefix : prefixes) {
        const std::string name = prefix + '_' + suffix;
        auto value = read(name);
        if (!value || value->empty()) continue;
        if (found && found->value != *value)
            throw ArgumentError("the environment variables " + found->name + " and " + name +
                                " are both set, to different values; set one of them");
        if (!found) found = Variable{name, std::move(*value)};
    }
    return found;
}

}  // namespace

EnvironmentSettings read_environment(std::string_view prefix) { return read_environment(prefix, from_process); }

EnvironmentSettings read_environment(std::string_view prefix, const EnvironmentReader& read) {
    std::vector<std::string> prefixes{std::string(prefix)};
    if (prefix == "DB") prefixes.insert(prefixes.begin(), "DATABASE");

    EnvironmentSettings settings;
    const auto url = find(prefixes, "URL", read);
    if (!url) {
        std::string names;
        for (const std::string& p : prefixes) names += (names.empty() ? "" : " or ") + p + "_URL";
        throw ArgumentError("the environment variable " + names + " is not set; it names the database, such as " +
                            "postgresql://user:password@host/database or sqlite:///file.db");
    }
    static_cast<void>(url->named([](const std::string& text) { return Url(text); }));
    settings.url = url->value;
    for (const Option& option : all_options)
        if (const auto variable = find(prefixes, option.suffix, read)) option.apply(settings.options, *variable);
    return settings;
}

Engine engine_from_env(std::string_view prefix) {
    const EnvironmentSettings settings = read_environment(prefix);
    return create_engine(settings.url, settings.options);
}

}  // namespace sociable
