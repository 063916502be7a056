#include <sociable/engine/environment.hpp>
#include <sociable/errors/error.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

using namespace sociable;
using namespace std::chrono_literals;

namespace {

using Variables = std::map<std::string, std::string>;

EnvironmentSettings read(const Variables& variables, std::string_view prefix = "DB") {
    return read_environment(prefix, [&](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

std::string error(Variables variables, std::string_view prefix = "DB") {
    variables.try_emplace(std::string(prefix) + "_URL", "sqlite://");
    try {
        read(variables, prefix);
    } catch (const ArgumentError& e) {
        return e.what();
    }
    return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The variables of .env.example, those that are commented out too.
Variables example() {
    std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "../../.env.example");
    REQUIRE(file);
    Variables variables;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) line.erase(0, 1);
        if (!line.starts_with("DB_") && !line.starts_with("DATABASE_")) continue;
        if (const auto equals = line.find('='); equals != std::string::npos)
            CHECK(variables.emplace(line.substr(0, equals), line.substr(equals + 1)).second);
    }
    return variables;
}

}  // namespace

TEST_CASE("the environment gives a URL by either of two names") {
    CHECK(read({{"DB_URL", "sqlite:///a"}}).url == "sqlite:///a");
    CHECK(read({{"DATABASE_URL", "sqlite:///b"}}).url == "sqlite:///b");
    CHECK(read({{"DATABASE_URL", "sqlite:///b"}, {"DB_URL", "sqlite:///b"}}).url == "sqlite:///b");
    CHECK(read({{"SHOP_URL", "sqlite:///c"}, {"DB_URL", "sqlite:///a"}}, "SHOP").url == "sqlite:///c");
    CHECK_THROWS_AS(read({{"DATABASE_URL", "sqlite:///c"}}, "SHOP"), ArgumentError);
}

TEST_CASE("two names with different values are an error that names both and shows neither") {
    const std::string text = error({{"DATABASE_URL", "sqlite:///secret1"}, {"DB_URL", "sqlite:///secret2"}});
    CHECK(contains(text, "DATABASE_URL"));
    CHECK(contains(text, "DB_URL"));
    CHECK_FALSE(contains(text, "secret"));
}

TEST_CASE("no URL is an error that names the variables") {
    try {
        read({});
        FAIL("no error");
    } catch (const ArgumentError& e) {
        CHECK(contains(e.what(), "DATABASE_URL or DB_URL"));
    }
}

TEST_CASE("every option can be set by the environment") {
    const EngineOptions o = read({{"DB_URL", "sqlite:///x"},
                                  {"DATABASE_POOL_SIZE", "7"},
                                  {"DB_MAX_OVERFLOW", "unlimited"},
                                  {"DB_POOL_TIMEOUT", "0.25"},
                                  {"DB_POOL_MAX_WAITING", "9"},
                                  {"DB_POOL_CONNECTING_LIMIT", "4"},
                                  {"DB_POOL_CONNECT_RETRIES", "1"},
                                  {"DB_POOL_RECYCLE", "1800"},
                                  {"DB_POOL_PRE_PING", "yes"},
                                  {"DB_POOL_PING_AFTER_IDLE", "2"},
                                  {"DB_POOL_PING_TIMEOUT", "0.5"},
                                  {"DB_POOL_REQUIRE_PRIMARY", "true"},
                                  {"DB_POOL_MIN_IDLE", "3"},
                                  {"DB_POOL_MAX_IDLE_TIME", "600"},
                                  {"DB_POOL_HEALTH_CHECK_INTERVAL", "60"},
                                  {"DB_POOL_LEAK_THRESHOLD", "30"},
                                  {"DB_POOL_USE_LIFO", "1"},
                                  {"DB_POOL_RECORD_TIMES", "off"},
                                  {"DB_POOL_RESET_ON_RETURN", "none"},
                                  {"DB_POOL_RESET_SESSION", "ON"},
                                  {"DB_POOL_CLASS", "queuepool"},
                                  {"DB_ISOLATION_LEVEL", "serializable"},
                                  {"DB_CONNECT_TIMEOUT", "3"},
                                  {"DB_CONNECT_NOW", "true"},
                                  {"DB_WARM_UP", "2"},
                                  {"DB_STATEMENT_CACHE_SIZE", "0"},
                                  {"DB_ECHO", "values"},
                                  {"DB_NAME", "shop"},
                                  {"DB_SQLITE_WAL", "false"},
                                  {"DB_SQLITE_BUSY_TIMEOUT", "1.5"},
                                  {"DB_SQLITE_FOREIGN_KEYS", "off"},
                                  {"DB_SQLITE_THROUGHPUT", "on"}})
                                .options;
    CHECK(o.pool_size == Limit(7));
    CHECK(o.max_overflow == unlimited);
    CHECK(o.pool_timeout == 250ms);
    CHECK(o.pool_max_waiting == 9);
    CHECK(o.pool_connecting_limit == 4);
    CHECK(o.pool_connect_retries == 1);
    CHECK(o.pool_recycle == 1800s);
    CHECK(o.pool_pre_ping);
    CHECK(o.pool_ping_after_idle == 2s);
    CHECK(o.pool_ping_timeout == 500ms);
    CHECK(o.pool_require_primary);
    CHECK(o.pool_min_idle == 3);
    CHECK(o.pool_max_idle_time == 600s);
    CHECK(o.pool_health_check_interval == 60s);
    CHECK(o.pool_leak_threshold == 30s);
    CHECK(o.pool_use_lifo == true);
    CHECK(o.pool_reset_on_return == ResetOnReturn::none);
    CHECK(o.pool_reset_session);
    CHECK(o.pool_class == PoolClass::queue);
    CHECK(o.isolation_level == IsolationLevel::serializable);
    CHECK(o.connect_timeout == 3s);
    CHECK(o.connect_now);
    CHECK(o.warm_up == 2);
    CHECK_FALSE(o.pool_record_times);
    CHECK(o.statement_cache_size == 0);
    CHECK(o.echo == Echo::values);
    CHECK(o.name == "shop");
    CHECK(o.sqlite == SqliteOptions{.wal = false, .busy_timeout = 1500ms, .foreign_keys = false, .throughput = true});
}

TEST_CASE("what is not set, or empty, keeps its default") {
    const EngineOptions o = read({{"DB_URL", "sqlite:///x"}, {"DB_POOL_SIZE", ""}, {"DB_POOL_RECYCLE", "-1"}}).options;
    CHECK_FALSE(o.pool_size.has_value());
    CHECK_FALSE(o.pool_recycle.has_value());
    CHECK_FALSE(o.sqlite.has_value());
    CHECK(o.echo == Echo::off);
}

TEST_CASE("a value that can't be read is an error that names the variable and what is valid, not the value") {
    for (const char* name :
         {"DB_POOL_SIZE", "DB_MAX_OVERFLOW", "DB_POOL_TIMEOUT", "DB_POOL_MAX_WAITING", "DB_POOL_RECYCLE",
          "DB_POOL_PRE_PING", "DB_POOL_USE_LIFO", "DB_POOL_RESET_SESSION", "DB_CONNECT_TIMEOUT", "DB_WARM_UP",
          "DB_STATEMENT_CACHE_SIZE", "DB_ECHO", "DB_SQLITE_WAL", "DB_SQLITE_BUSY_TIMEOUT"}) {
        for (const char* value : {"s3cret", "12x", " 5", "1e"}) {
            CAPTURE(name);
            CAPTURE(value);
            const std::string text = error({{name, value}});
            CHECK(contains(text, name));
            CHECK(contains(text, "must be"));
            CHECK_FALSE(contains(text, "s3cret"));
        }
    }
    CHECK(contains(error({{"DB_POOL_CLASS", "Pool"}}), "AssertionPool"));
    CHECK(contains(error({{"DB_POOL_CLASS", "Pool"}}), "DB_POOL_CLASS"));
    CHECK(contains(error({{"DB_ISOLATION_LEVEL", "x"}}), "REPEATABLE READ"));
    CHECK(contains(error({{"DB_POOL_RESET_ON_RETURN", "x"}}), "rollback, commit, none"));
    CHECK(contains(error({{"DB_POOL_TIMEOUT", "1e300"}}), "DB_POOL_TIMEOUT"));
}

TEST_CASE("a malformed URL in the environment is an error that names the variable and hides the password") {
    const std::string text = error({{"DB_URL", "postgresql://u:s3cret@h:port/db"}});
    CHECK(contains(text, "DB_URL"));
    CHECK_FALSE(contains(text, "s3cret"));
}

TEST_CASE("a secret that stands in the wrong variable is not shown") {
    for (const char* name : {"DB_POOL_CLASS", "DB_ISOLATION_LEVEL", "DB_POOL_RESET_ON_RETURN", "DB_POOL_SIZE"}) {
        const std::string text = error({{name, "postgresql://u:s3cret@h/db"}});
        CHECK(contains(text, name));
        CHECK_FALSE(contains(text, "s3cret"));
    }
}

TEST_CASE("an engine is made from the process's own environment") {
    ::setenv("SOCIABLE_ENV_TEST_URL", "sqlite://", 1);
    ::setenv("SOCIABLE_ENV_TEST_NAME", "from the environment", 1);
    Engine engine = engine_from_env("SOCIABLE_ENV_TEST");
    CHECK(engine.name() == "from the environment");
    CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);
    ::setenv("SOCIABLE_ENV_TEST_POOL_SIZE", "3", 1);
    CHECK_THROWS_WITH_AS(engine_from_env("SOCIABLE_ENV_TEST"), doctest::Contains("pool_size"), ArgumentError);
    for (const char* name : {"SOCIABLE_ENV_TEST_URL", "SOCIABLE_ENV_TEST_NAME", "SOCIABLE_ENV_TEST_POOL_SIZE"})
        ::unsetenv(name);
}

TEST_CASE(".env.example documents exactly the variables that are read") {
    std::set<std::string> documented;
    for (const auto& [name, value] : example()) documented.insert(name.substr(name.find('_') + 1));
    std::set<std::string> asked;
    read_environment("X", [&](const std::string& name) -> std::optional<std::string> {
        asked.insert(name.substr(2));
        return name == "X_URL" ? std::optional<std::string>("sqlite://") : std::nullopt;
    });
    CHECK(documented == asked);
}

TEST_CASE(".env.example's values make an engine, those for SQLite on SQLite") {
    Variables variables = example();
    Variables sqlite{{"DB_URL", "sqlite://"}};
    for (auto it = variables.begin(); it != variables.end();) {
        const auto next = std::next(it);
        if (contains(it->first, "SQLITE")) sqlite.insert(variables.extract(it));
        it = next;
    }
    CHECK(sqlite.size() > 1);
    variables.erase("DB_CONNECT_NOW");  // nobody listens there
    variables.erase("DB_WARM_UP");
    for (const Variables& each : {variables, sqlite}) {
        const EnvironmentSettings settings = read(each);
        CHECK_NOTHROW(create_engine(settings.url, settings.options));
    }
}
