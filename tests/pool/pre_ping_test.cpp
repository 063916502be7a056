// Acceptance list, "Pre-ping".
#include "support/database.hpp"
#include "support/scripted.hpp"

#include <algorithm>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

/// The server closes every connection that lies idle in the pool, as a restart does.
void kill_idle(const Database& database, Engine& engine, int count) {
    std::vector<Connection> all;
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i) all.push_back(engine.connect());
    for (Connection& c : all) ids.push_back(Database::server_id(c));
    all.clear();
    Connection killer = database.engine({.isolation_level = IsolationLevel::autocommit}).connect();
    for (const std::string& id : ids)
        killer.execute(database.kind() == Kind::mysql ? "KILL " + id : "SELECT pg_terminate_backend(" + id + ", 5000)");
}

}  // namespace

TEST_CASE("No ping on a connection just opened; none right after a reconnect in place") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(
        script, {.pool_size = 1, .pool_recycle = 30s, .pool_pre_ping = true, .pool_ping_after_idle = 0ms});
    engine.connect();
    CHECK(script->pings == 0);
    engine.connect();
    CHECK(script->pings == 1);
    script->clock_offset = 60s;
    engine.connect();
    CHECK(script->connects == 2);
    CHECK(script->pings == 1);
}

TEST_CASE(
    "Server restarted while connections sat idle: with pre-ping, checkout succeeds on a new connection and no caller "
    "sees an error") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine({.pool_size = 3, .pool_pre_ping = true});
        kill_idle(database, engine, 3);
        std::vector<Connection> out;
        for (int i = 0; i < 3; ++i) {
            out.push_back(engine.connect());
            CHECK(out.back().execute("SELECT 1").scalar<int>() == 1);
        }
        CHECK(engine.pool().status().opened == 6);
    });
}

TEST_CASE("Without it, the stale connection is handed out and fails at its first statement") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1});
        kill_idle(database, engine, 1);
        Connection c = engine.connect();
        try {
            c.execute("SELECT 1");
            FAIL("no error");
        } catch (const OperationalError& e) {
            CHECK(e.is_disconnect());
        }
    });
}

TEST_CASE("Server down: checkout throws the connect error, and the counters are as before") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(
        script,
        {.pool_size = 1, .max_overflow = 0, .pool_timeout = 0ms, .pool_pre_ping = true, .pool_ping_after_idle = 0ms});
    engine.connect();
    script->on_ping = [] { throw_disconnect(); };
    script->on_connect = [] {
        raise({.kind = ErrorKind::operational, .message = "connection refused", .is_disconnect = true});
    };
    for (int i = 0; i < 3; ++i) CHECK_THROWS_WITH_AS(engine.connect(), doctest::Contains("refused"), OperationalError);
    const PoolStatus s = engine.pool().status();
    CHECK(s.checked_out == 0);
    CHECK(s.checked_in == 0);
    CHECK(script->open() == 0);
    script->on_connect = [] {};
    engine.connect();
    CHECK(engine.pool().status().checked_in == 1);
}

TEST_CASE("An error in the ping that is no disconnect is not treated as one: it propagates") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .pool_pre_ping = true, .pool_ping_after_idle = 0ms});
    engine.connect();
    script->on_ping = [] { throw_syntax_error(); };
    CHECK_THROWS_AS(engine.connect(), ProgrammingError);
    CHECK(script->connects == 1);
    CHECK(engine.pool().status().checked_out == 0);
    script->on_ping = [] {};
    engine.connect();
    CHECK(script->connects == 1);
}

TEST_CASE("A connection that the server has closed is seen without a round trip") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .pool_pre_ping = true});
    engine.connect();
    script->looks_alive = false;
    engine.connect();
    CHECK(script->pings == 0);
    CHECK(script->connects == 2);
}

TEST_CASE("A connection idle for less than pool_ping_after_idle costs no round trip, one idle for longer is asked") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .pool_pre_ping = true, .pool_ping_after_idle = 10s});
    engine.connect();
    script->clock_offset = 9s;
    engine.connect();
    CHECK(script->pings == 0);
    script->clock_offset = 20s;
    engine.connect();
    CHECK(script->pings == 1);
    engine.connect();  // it has just been used
    CHECK(script->pings == 1);
    CHECK(script->connects == 1);
}

TEST_CASE("Who has no time to wait at all still has its connection checked") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(
        script, {.pool_size = 1, .pool_timeout = 0ms, .pool_pre_ping = true, .pool_ping_after_idle = 0ms});
    engine.connect();
    engine.connect();
    CHECK(script->pings == 1);
}

TEST_CASE(
    "a connection whose server became a standby while it was idle is replaced at checkout, without a round trip") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 2, .pool_pre_ping = true, .pool_require_primary = true});
    const auto use_both = [&] {
        Connection a = engine.connect(), b = engine.connect();
        return std::max(a.connection_id(), b.connection_id());
    };
    use_both();
    CHECK(use_both() == 2);  // a primary's are kept
    script->replicas = 2;
    {
        Connection a = engine.connect(), b = engine.connect();
        CHECK(std::min(a.connection_id(), b.connection_id()) > 2);
    }
    CHECK(script->closes == 2);
    CHECK(script->open() == 2);
    CHECK(script->pings == 0);
    CHECK(engine.pool().status().invalidated == 1);  // it speaks for its sibling
}

TEST_CASE("a health check closes the connections to a server that became a standby") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 2, .pool_require_primary = true});
    { Connection a = engine.connect(), b = engine.connect(); }
    script->replicas = 2;
    const HealthCheck found = engine.pool().health_check();
    CHECK(found.failed == 2);
    CHECK(found.checked == 3);  // a new one shows that the primary can be had
    CHECK(script->closes == 2);
}

TEST_CASE("a connection to a standby is refused when it is opened, and the next attempt may find the primary") {
    const auto script = std::make_shared<Script>();
    script->replicas = 2;
    Engine engine = scripted_engine(script, {.pool_connect_retries = 0, .pool_require_primary = true});
    for (int i = 0; i < 2; ++i) {
        try {
            engine.connect();
            FAIL("no error");
        } catch (const OperationalError& e) {
            CHECK(e.message().find("the server is a standby") != std::string::npos);
            CHECK(e.sqlstate() == "25006");
        }
    }
    CHECK(script->open() == 0);
    CHECK_NOTHROW(engine.connect());
}

TEST_CASE("without pool_require_primary a standby is as good as any server") {
    const auto script = std::make_shared<Script>();
    script->replicas = 1;
    Engine engine = scripted_engine(script, {.pool_size = 1, .pool_pre_ping = true});
    engine.connect();
    engine.connect();
    CHECK(engine.pool().health_check().failed == 0);
    CHECK(script->connects == 1);
}
