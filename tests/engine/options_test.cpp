#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/thrown.hpp"

#include <soci/soci.h>

#include <functional>
#include <initializer_list>
#include <optional>
#include <thread>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

// Nobody listens and nothing is there: what opens a connection fails.
const std::string server = "postgresql://user@127.0.0.1:1/database";
const std::string file = "sqlite:////no/such/directory/database.db";
const std::string memory = "sqlite://";

/// The options are refused with a text that names the option and what would be right.
void check_refused(const std::string& url, const EngineOptions& options, const char* option,
                   std::initializer_list<const char*> advice) {
    const std::string text = text_of<ArgumentError>([&] { create_engine(url, options); });
    CAPTURE(text);
    CHECK(contains(text, option));
    for (const char* part : advice) {
        CAPTURE(part);
        CHECK(contains(text, part));
    }
}

}  // namespace

TEST_CASE("A count out of range is an ArgumentError that names the option and the range") {
    check_refused(server, {.pool_size = 0}, "pool_size", {"is 0", "1 and more", "unlimited", "pool_class to null"});
    check_refused(server, {.pool_size = -1}, "pool_size", {"is -1", "1 and more", "unlimited"});
    check_refused(server, {.max_overflow = -1}, "max_overflow", {"is -1", "0 and more", "unlimited"});
    check_refused(server, {.pool_max_waiting = -1}, "pool_max_waiting", {"is -1", "0 and more"});
    check_refused(server, {.warm_up = -1}, "warm_up", {"is -1", "0 and more"});
    check_refused(server, {.statement_cache_size = -1}, "statement_cache_size", {"is -1", "0 and more"});
}

TEST_CASE("A duration out of range is an ArgumentError that names the option and the range") {
    check_refused(server, {.pool_timeout = -1ms}, "pool_timeout", {"is -1 ms", "0 ms to 365 days"});
    check_refused(server, {.pool_timeout = milliseconds::max()}, "pool_timeout", {"0 ms to 365 days"});
    check_refused(server, {.pool_recycle = 0ms}, "pool_recycle", {"is 0 ms", "1 ms to 365 days"});
    check_refused(server, {.pool_recycle = -1s}, "pool_recycle", {"is -1000 ms", "1 ms to 365 days"});
    check_refused(server, {.pool_recycle = milliseconds::max()}, "pool_recycle", {"1 ms to 365 days"});
    check_refused(server, {.connect_timeout = 999ms}, "connect_timeout", {"is 999 ms", "1000 ms to 365 days"});
    check_refused(server, {.connect_timeout = milliseconds::max()}, "connect_timeout", {"1000 ms to 365 days"});
    for (const milliseconds timeout : {-1ms, milliseconds::max()})
        check_refused(memory, {.sqlite = SqliteOptions{.busy_timeout = timeout}}, "sqlite.busy_timeout",
                      {"0 to 2147483647 ms"});
}

TEST_CASE("Options of opening, checking and upkeep are refused where they are out of range or can't be used") {
    check_refused(server, {.pool_connecting_limit = 0}, "pool_connecting_limit", {"is 0", "1 and more"});
    check_refused(server, {.pool_connect_retries = -1}, "pool_connect_retries", {"is -1", "0 and more"});
    check_refused(server, {.pool_min_idle = -1}, "pool_min_idle", {"is -1", "0 and more"});
    check_refused(server, {.pool_size = 2, .pool_min_idle = 3}, "pool_min_idle", {"is 3", "pool_size", "which is 2"});
    check_refused(server, {.pool_pre_ping = true, .pool_ping_after_idle = -1ms}, "pool_ping_after_idle",
                  {"0 ms to 365 days"});
    check_refused(server, {.pool_ping_after_idle = 1s}, "pool_ping_after_idle", {"pool_pre_ping"});
    check_refused(server, {.pool_ping_timeout = 0ms}, "pool_ping_timeout", {"1 ms to 365 days"});
    check_refused(server, {.pool_max_idle_time = 0ms}, "pool_max_idle_time", {"1 ms to 365 days"});
    check_refused(server, {.pool_health_check_interval = 0ms}, "pool_health_check_interval", {"1 ms to 365 days"});
    check_refused(server, {.pool_leak_threshold = 0ms}, "pool_leak_threshold", {"1 ms to 365 days"});
    check_refused(server, {.warm_up_sql = {"SELECT 1"}}, "warm_up_sql", {"warm_up"});
    check_refused(memory, {.pool_min_idle = 1}, "pool_min_idle", {"StaticPool", "QueuePool"});
    check_refused(memory, {.pool_connecting_limit = 1}, "pool_connecting_limit", {"QueuePool"});
    check_refused(memory, {.pool_max_idle_time = 1s}, "pool_max_idle_time", {"QueuePool"});
    check_refused(memory, {.pool_health_check_interval = 1s}, "pool_health_check_interval", {"QueuePool"});
    check_refused(file, {.pool_ping_timeout = 1s}, "pool_ping_timeout", {"NullPool", "pools that keep connections"});
    check_refused(memory, {.pool_connect_retries = 1}, "pool_connect_retries", {"SQLite"});
    check_refused("mysql://u@h/d", {.pool_require_primary = true}, "pool_require_primary", {"PostgreSQL"});
}

TEST_CASE("The values at the ends of the ranges are taken") {
    CHECK_NOTHROW(create_engine(server, {.pool_size = 1,
                                         .max_overflow = 0,
                                         .pool_timeout = 0ms,
                                         .pool_max_waiting = 0,
                                         .pool_recycle = 1ms,
                                         .connect_timeout = 1s,
                                         .warm_up = 0,
                                         .statement_cache_size = 0}));
    CHECK_NOTHROW(
        create_engine(server, {.pool_size = unlimited, .pool_timeout = 365 * 24h, .pool_recycle = 365 * 24h}));
    CHECK_NOTHROW(create_engine(server, {.max_overflow = unlimited}));
}

TEST_CASE("A pool_timeout of a year waits, and a pool_recycle of a year recycles nothing") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(
        script, {.pool_size = 1, .max_overflow = 0, .pool_timeout = 365 * 24h, .pool_recycle = 365 * 24h});
    std::optional<Connection> held = engine.connect();
    std::jthread waiting([&] { engine.connect().execute("SELECT 1"); });
    while (engine.pool().status().waiters == 0) std::this_thread::yield();
    held.reset();
    waiting.join();
    CHECK(engine.pool().status().timeouts == 0);
    CHECK(script->connects == 1);
}

TEST_CASE("Options that only a QueuePool can use are refused for every other pool, by choice or by default") {
    const std::vector<std::pair<const char*, std::function<void(EngineOptions&)>>> options{
        {"pool_size", [](EngineOptions& o) { o.pool_size = 5; }},
        {"max_overflow", [](EngineOptions& o) { o.max_overflow = 0; }},
        {"pool_use_lifo", [](EngineOptions& o) { o.pool_use_lifo = false; }},
        {"warm_up", [](EngineOptions& o) { o.warm_up = 0; }},
    };
    for (const auto& [name, set] : options) {
        EngineOptions o;
        set(o);
        check_refused(file, o, name, {"NullPool", "only QueuePool", "pool_class"});
        check_refused(memory, o, name, {"StaticPool", "only QueuePool", "pool_class"});
        CHECK_NOTHROW(create_engine(server, o));
        o.pool_class = PoolClass::queue;
        CHECK_NOTHROW(create_engine(file, o));
        for (const PoolClass pool :
             {PoolClass::null, PoolClass::static_, PoolClass::singleton_thread, PoolClass::assertion}) {
            o.pool_class = pool;
            check_refused(server, o, name, {to_string(pool).data(), "only QueuePool", "pool_class"});
        }
    }
}

TEST_CASE("Options about waiting are refused for pools in which nobody waits") {
    for (const PoolClass pool : {PoolClass::null, PoolClass::singleton_thread, PoolClass::assertion}) {
        const char* name = to_string(pool).data();
        check_refused(server, {.pool_timeout = 1s, .pool_class = pool}, "pool_timeout",
                      {name, "only QueuePool and StaticPool", "pool_class"});
        check_refused(server, {.pool_max_waiting = 1, .pool_class = pool}, "pool_max_waiting",
                      {name, "only QueuePool and StaticPool", "pool_class"});
    }
    CHECK_NOTHROW(create_engine(memory, {.pool_timeout = 1s, .pool_max_waiting = 1}));
}

TEST_CASE("Options about kept connections are refused for a NullPool, which keeps none") {
    check_refused(file, {.pool_recycle = 1h}, "pool_recycle", {"NullPool", "pools that keep connections"});
    check_refused(file, {.pool_pre_ping = true}, "pool_pre_ping", {"NullPool", "pools that keep connections"});
    for (const PoolClass pool : {PoolClass::static_, PoolClass::singleton_thread, PoolClass::assertion})
        CHECK_NOTHROW(create_engine(server, {.pool_recycle = 1h, .pool_pre_ping = true, .pool_class = pool}));
}

TEST_CASE("Options that leave another one nothing to do are refused") {
    check_refused(server, {.pool_size = unlimited, .max_overflow = 5}, "max_overflow", {"pool_size", "unlimited"});
    check_refused(server, {.pool_size = 2, .warm_up = 3}, "warm_up", {"is 3", "pool_size", "is 2"});
    check_refused(server, {.warm_up = 6}, "warm_up", {"is 6", "pool_size", "is 5"});
    const auto creator = [](soci::session&) {};
    check_refused(server, {.connect_timeout = 5s, .creator = creator}, "connect_timeout", {"creator"});
    check_refused(server, {.connect_args = {{"sslmode", "require"}}, .creator = creator}, "connect_args", {"creator"});
    CHECK_NOTHROW(create_engine(server, {.creator = creator}));
}

TEST_CASE("Options of another database are refused") {
    check_refused(server, {.sqlite = SqliteOptions{}}, "sqlite", {"SQLite only", "postgresql"});
    check_refused("mysql://u@h/d", {.sqlite = SqliteOptions{}}, "sqlite", {"SQLite only", "mysql"});
    check_refused(file, {.connect_timeout = 5s}, "connect_timeout", {"SQLite"});
    check_refused(memory, {.isolation_level = IsolationLevel::repeatable_read}, "REPEATABLE READ",
                  {"SERIALIZABLE", "READ UNCOMMITTED", "AUTOCOMMIT"});
    check_refused(memory, {.connect_args = {{"sslmode", "require"}}}, "sslmode", {"mode", "cache"});
    check_refused(server, {.connect_args = {{"no_such_key", "1"}}}, "no_such_key", {"sslmode", "application_name"});
    check_refused("mysql://u@h/d", {.connect_args = {{"sslmode", "require"}}}, "sslmode", {"sslca", "charset"});
}

TEST_CASE("connect_args are added to the URL's query and stronger than it") {
    const Database database(Kind::postgresql);
    Engine engine = create_engine(database.url().with_query("application_name", "of the URL"),
                                  {.connect_args = {{"application_name", "of the options"}}});
    CHECK(engine.connect().execute("SHOW application_name").scalar<std::string>() == "of the options");
    CHECK(engine.url().query("application_name") == "of the URL");
}

TEST_CASE("creator opens the connections, and init_sql runs on each") {
    const TemporaryDirectory directory;
    int opened = 0;
    const auto creator = [&](soci::session& session) {
        session.open("sqlite3", "dbname=" + directory.file(std::to_string(++opened) + ".db"));
    };
    Engine engine = create_engine(file, {.pool_class = PoolClass::null,
                                         .creator = creator,
                                         .init_sql = {"CREATE TABLE t (x)", "INSERT INTO t VALUES (42)"}});
    CHECK(opened == 0);
    for (int i = 1; i <= 2; ++i) {
        CHECK(engine.connect().execute("SELECT x FROM t").scalar<int>() == 42);
        CHECK(opened == i);
    }
}

TEST_CASE("an engine tells its options, with the defaults of what was left out; what means nothing stays empty") {
    const EngineOptions server =
        create_engine("postgresql://a@127.0.0.1:1/b", {.pool_size = 7, .pool_recycle = 1h, .name = "orders"}).options();
    CHECK(server.pool_class == PoolClass::queue);
    CHECK(server.pool_size->count() == 7);
    CHECK(server.max_overflow->count() == 10);
    CHECK(server.pool_timeout == 30s);
    CHECK(server.pool_connect_retries == 3);
    CHECK(server.pool_recycle == 1h);
    CHECK(server.connect_timeout == 10s);
    CHECK(server.pool_ping_timeout == 1s);
    CHECK_FALSE(server.pool_ping_after_idle);
    CHECK_FALSE(server.pool_max_idle_time);
    CHECK(server.name == "orders");
    CHECK_FALSE(create_engine("postgresql://a@127.0.0.1:1/b?connect_timeout=3").options().connect_timeout);
    const EngineOptions file = create_engine("sqlite:///a.db").options();
    CHECK(file.pool_class == PoolClass::null);
    CHECK_FALSE(file.pool_size);
    CHECK_FALSE(file.pool_timeout);
    CHECK_FALSE(file.connect_timeout);
}

TEST_CASE("who asks for a connection may wait for less than pool_timeout") {
    Engine engine =
        scripted_engine(std::make_shared<Script>(), {.pool_size = 1, .max_overflow = 0, .pool_timeout = 60s});
    Connection held = engine.connect();
    CHECK(thrown<TimeoutError>([&] { engine.connect({.longest_wait = 20ms}); }).info().waited == 20ms);
    CHECK_THROWS_AS(engine.connect({.longest_wait = -1ms}), ArgumentError);
    held.close();
    CHECK_NOTHROW(engine.connect({.longest_wait = 20s}));
}
