// Health of real pools, on real databases.
#include "support/database.hpp"
#include "support/own_server.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"
#include "support/thrown.hpp"

#include <sociable/health/health.hpp>

#include <algorithm>
#include <thread>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

bool has(const Health& health, HealthCause cause) {
    return std::any_of(health.reasons.begin(), health.reasons.end(),
                       [cause](const HealthReason& r) { return r.cause == cause; });
}

/// However slow the machine is.
constexpr HealthOptions patient{.round_trip_warning = 10s, .round_trip_error = 10s};

}  // namespace

TEST_CASE("an engine that works is healthy, and its round trip is timed") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        const Health health = check_health(engine, patient);
        CHECK(health.state == HealthState::healthy);
        CHECK(health.score == 100);
        REQUIRE(health.round_trip);
        CHECK(*health.round_trip > 0us);
    });
}

TEST_CASE("every kind of pool can be checked, also while all is in use") {
    Database database(Kind::sqlite);
    for (const PoolClass kind :
         {PoolClass::queue, PoolClass::null, PoolClass::static_, PoolClass::singleton_thread, PoolClass::assertion}) {
        CAPTURE(to_string(kind));
        Engine engine = database.engine({.pool_class = kind});
        CHECK(check_health(engine).round_trip);
        Connection held = engine.connect();
        CHECK_FALSE(has(check_health(engine), HealthCause::round_trip_failed));
    }
}

TEST_CASE("who can't be served is not made to wait") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .max_overflow = 0, .pool_timeout = 60s});
    {
        Connection held = engine.connect();
        const Health full = check_health(engine);
        CHECK(has(full, HealthCause::no_idle));
        CHECK(has(full, HealthCause::utilisation));
        CHECK_FALSE(full.round_trip);
    }
    engine.pool().suspend();
    const Health suspended = check_health(engine);
    CHECK(has(suspended, HealthCause::suspended));
    CHECK_FALSE(suspended.round_trip);
    engine.pool().resume();
    CHECK(check_health(engine).round_trip);
}

TEST_CASE("whatever is thrown becomes a reason") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_timeout = 0ms});
    script->on_connect = [] { throw_disconnect(); };
    const Health down = check_health(engine);
    CHECK(down.state == HealthState::error);
    CHECK(has(down, HealthCause::round_trip_failed));
    CHECK_FALSE(down.round_trip);
    script->on_connect = [] { throw 42; };
    CHECK(has(check_health(engine), HealthCause::round_trip_failed));
    script->on_connect = [] {};
    script->on_run = [](const std::string&) { throw_syntax_error(); };
    CHECK(has(check_health(engine), HealthCause::round_trip_failed));
    script->on_run = [](const std::string&) {};
    HealthInput known;
    known.earlier = engine.pool().status();
    CHECK(check_health(engine, patient, known).state == HealthState::healthy);
}

TEST_CASE("a server that went away is an error, with its own words and no password, and well again when it is back") {
    for (const Kind kind : servers) {
        DOCTEST_SUBCASE(to_string(kind).c_str()) {
            OwnServer server(kind);
            Engine engine = create_engine(server.url(), {.pool_timeout = 30s, .pool_ping_timeout = 300ms});
            CHECK(check_health(engine, patient).state == HealthState::healthy);
            server.freeze();
            const auto asked = std::chrono::steady_clock::now();
            const Health frozen = check_health(engine);
            CHECK(std::chrono::steady_clock::now() - asked < 10s);
            CHECK(has(frozen, HealthCause::round_trip_failed));
            server.thaw();
            server.kill();
            const Health killed = check_health(engine);
            REQUIRE(has(killed, HealthCause::round_trip_failed));
            CHECK(killed.score <= 75);
            server.launch();
            HealthInput known;
            wait_until([&] {
                known.earlier = engine.pool().status();
                return check_health(engine, patient, known).state == HealthState::healthy;
            });
        }
    }
}

TEST_CASE("an open transaction that the server shows is a reason") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        Connection forgotten = engine.connect();
        forgotten.execute("INSERT INTO items (id) VALUES (1)");
        Connection asking = engine.connect();
        bool seen = false;
        for (int i = 0; i < 50 && !seen; ++i) {
            std::this_thread::sleep_for(120ms);
            HealthInput known;
            known.server = server_activity(asking);
            const HealthOptions options{.idle_in_transaction_warning = 0, .idle_in_transaction_for = 1ms};
            const Health health = check_health(engine, options, known);
            seen = has(health, HealthCause::idle_in_transaction) && has(health, HealthCause::many_idle_in_transaction);
        }
        CHECK(seen);
    });
}

TEST_CASE("stale connections that pre-ping has found are a reason") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .pool_pre_ping = true});
        std::string id;
        {
            Connection connection = engine.connect();
            id = Database::server_id(connection);
        }
        Engine others = database.engine({.isolation_level = IsolationLevel::autocommit});
        others.connect().execute(database.kind() == Kind::postgresql ? "SELECT pg_terminate_backend(" + id + ", 5000)"
                                                                     : "KILL " + id);
        wait_until([&] {
            engine.connect();
            return engine.pool().status().dead_sockets == 1;
        });
        const Health health = check_health(engine, {.stale_warning = 1e-9, .min_checks = 1});
        CHECK(has(health, HealthCause::stale));
        CHECK(health.round_trip);
    });
}

TEST_CASE("a check of health waits no longer for a connection than what would be an error") {
    const auto script = std::make_shared<Script>();
    Door door;
    const HookScope hooks(script);
    script->on_connect = [&] { door.pass(); };
    Engine engine = scripted_engine(script, {.pool_timeout = 60s});
    const auto asked = std::chrono::steady_clock::now();
    const Health health = check_health(engine, {.round_trip_error = 50ms});
    CHECK(std::chrono::steady_clock::now() - asked < 30s);
    CHECK(has(health, HealthCause::round_trip_failed));
    CHECK(thrown<TimeoutError>([&] { engine.pool().round_trip(20ms); }).info().waited == 20ms);
    CHECK_THROWS_AS(engine.pool().round_trip(-1ms), ArgumentError);
    door.open();
}
