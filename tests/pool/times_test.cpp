// What the pool's status tells of times, failures, and why connections were closed.
#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

TEST_CASE("waits, connects and uses are counted once each, and a use takes as long as the connection was out") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 2});
        for (int i = 0; i < 5; ++i) engine.connect();
        {
            Connection held = engine.connect();
            std::this_thread::sleep_for(20ms);
        }
        const PoolStatus s = engine.pool().status();
        CHECK(s.wait.since_start.count == 6);
        CHECK(s.use.since_start.count == 6);
        CHECK(s.use.last_minute.count == 6);
        CHECK(s.wait.last_minute.count == 6);
        CHECK(s.connect.since_start.count == s.opened);
        CHECK(s.connect.since_start.mean > 0ns);
        CHECK(s.use.since_start.longest >= 20ms);
        CHECK(s.use.since_start.p50 < 20ms);
        CHECK(s.wait.since_start.longest >= s.connect.since_start.p50 / 2);  // the first had to wait for its connect
        CHECK(s.misses() == s.opened);
        CHECK(s.hit_ratio() == doctest::Approx(5.0 / 6));
        CHECK(engine.pool().times().use.count() == 6);
        CHECK(engine.pool().recent_times().use.count() == 6);
    });
}

TEST_CASE("without pool_record_times neither waits nor uses are measured, and all else is") {
    Engine engine = scripted_engine(std::make_shared<Script>(), {.pool_record_times = false});
    engine.connect();
    const PoolStatus s = engine.pool().status();
    CHECK(s.wait.since_start.count == 0);
    CHECK(s.use.since_start.count == 0);
    CHECK(s.connect.since_start.count == 1);
    CHECK(s.checkouts == 1);
}

TEST_CASE("a wait is as long as somebody else had the connection") {
    Engine engine = scripted_engine(std::make_shared<Script>(), {.pool_size = 1, .max_overflow = 0});
    std::optional<Connection> held = engine.connect();
    std::thread waiter([&] { engine.connect(); });
    wait_until([&] { return engine.pool().status().oldest_wait >= 20ms; });
    held.reset();
    waiter.join();
    CHECK(engine.pool().status().wait.since_start.longest >= 20ms);
    CHECK(engine.pool().status().oldest_wait == 0ns);
}

TEST_CASE("pings are counted by tier and result, and timed") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .pool_pre_ping = true, .pool_ping_after_idle = 0ms});
    engine.connect();
    engine.connect();  // a look and a round trip
    script->on_ping = [] { throw_disconnect(); };
    engine.connect();
    script->on_ping = [] {};
    script->looks_alive = false;
    std::thread revives([&] {
        wait_until([&] { return engine.pool().status().dead_sockets == 1; });
        script->looks_alive = true;
    });
    engine.connect();
    revives.join();
    const PoolStatus s = engine.pool().status();
    CHECK(s.socket_checks == 3);
    CHECK(s.dead_sockets == 1);
    CHECK(s.pings == 2);
    CHECK(s.failed_pings == 1);
    CHECK(s.ping.since_start.count == 1);
    CHECK(s.closed_for(CloseReason::invalidated) == 2);
}

TEST_CASE("resets are timed where something was left open") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.isolation_level = IsolationLevel::autocommit});
        engine.connect().execute("SELECT 1");
        CHECK(engine.pool().status().reset.since_start.count == 0);
        engine.connect().execute("BEGIN");
        CHECK(engine.pool().status().reset.since_start.count == 1);
        CHECK(engine.pool().status().reset.since_start.mean > 0ns);
        CHECK(engine.pool().status().rollbacks == 1);
    });
}

TEST_CASE("checkouts that end with an error are counted, whatever the error") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    script->on_connect = [] { throw_syntax_error(); };
    CHECK_THROWS_AS(engine.connect(), ProgrammingError);
    CHECK(engine.pool().status().failed == 1);
    script->on_connect = [] {};
    {
        const auto sub = engine.listen<event::Checkout>([](const event::Checkout&) { throw 1; });
        CHECK_THROWS(engine.connect());
    }
    CHECK(engine.pool().status().failed == 2);
    CHECK(engine.pool().status().timeouts == 0);

    Engine impatient = scripted_engine(script, {.pool_size = 1, .max_overflow = 0, .pool_timeout = 0ms});
    const Connection held = impatient.connect();
    CHECK_THROWS_AS(impatient.connect(), TimeoutError);
    CHECK(impatient.pool().status().failed == 1);
    CHECK(impatient.pool().status().timeouts == 1);
}

TEST_CASE("connections are counted by the reason for which they were closed") {
    const auto script = std::make_shared<Script>();
    EngineOptions options{.pool_size = 1, .max_overflow = 1, .pool_recycle = 1h};
    Engine engine = scripted_engine(script, options);
    const auto closed = [&](CloseReason reason) { return engine.pool().status().closed_for(reason); };
    engine.connect();
    script->clock_offset = 2h;
    engine.connect();
    CHECK(closed(CloseReason::expired) == 1);
    engine.pool().invalidate();
    engine.connect();
    CHECK(closed(CloseReason::outdated) == 1);
    {
        Connection c = engine.connect();
        c.invalidate();
    }
    CHECK(closed(CloseReason::invalidated) == 1);
    {
        const Connection kept = engine.connect();
        const Connection overflowing = engine.connect();
    }
    CHECK(closed(CloseReason::not_kept) == 1);
    {
        Connection c = engine.connect();
        c.detach();
    }
    CHECK(closed(CloseReason::detached) == 1);
    {
        Connection c = engine.connect();
        c.execute("UPDATE");
        script->on_run = [](const std::string&) { throw_syntax_error(); };
    }
    CHECK(closed(CloseReason::failed_reset) == 1);
    script->on_run = [](const std::string&) {};
    {
        const auto sub = engine.listen<event::Connect>([](const event::Connect&) { throw 1; });
        CHECK_THROWS(engine.connect());
    }
    CHECK(closed(CloseReason::failed_start) == 1);
    engine.connect();
    engine.dispose();
    const PoolStatus s = engine.pool().status();
    CHECK(s.closed == s.opened);
    std::uint64_t sum = 0;
    for (const std::uint64_t each : s.closed_by_reason) sum += each;
    CHECK(s.closed == sum);
}

TEST_CASE("the status is of one moment: whatever threads do, the connections in it are never more than there may be") {
    Engine engine = scripted_engine(std::make_shared<Script>(), {.pool_size = 3, .max_overflow = 2});
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            while (!stop) engine.connect();
        });
    for (int i = 0; i < 2000; ++i) {
        const PoolStatus s = engine.pool().status();
        CHECK(s.checked_in >= 0);
        CHECK(s.checked_out >= 0);
        CHECK(s.opening >= 0);
        CHECK(s.checked_in + s.checked_out + s.opening == s.overflow + 3);
        CHECK(s.checked_in + s.checked_out + s.opening <= 5);
        CHECK(s.hits <= s.checkouts);
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
}
