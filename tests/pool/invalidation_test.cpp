// Acceptance list, "Invalidation".
#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

TEST_CASE(
    "invalidate() closes the connection at once; the next checkout opens another in the same slot; invalidating "
    "twice is harmless") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .max_overflow = 0, .pool_timeout = 0ms});
    Connection c = engine.connect();
    c.invalidate();
    CHECK(script->open() == 0);
    CHECK(c.invalidated());
    c.invalidate();
    CHECK_THROWS_AS(engine.connect(), TimeoutError);  // the slot is still taken
    c.close();
    engine.connect();
    CHECK(script->connects == 2);
    CHECK(engine.pool().status().invalidated == 1);
}

TEST_CASE("NullPool: invalidate, then checkout simply opens another") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_class = PoolClass::null});
    engine.connect().invalidate();
    engine.connect().execute("SELECT");
    CHECK(script->connects == 2);
    CHECK(script->open() == 0);
}

TEST_CASE("StaticPool: two checkouts see the same connection, replaced if invalidated") {
    Engine engine = create_engine("sqlite://");
    const std::uint64_t id = engine.connect().connection_id();
    {
        Connection c = engine.connect();
        CHECK(c.connection_id() == id);
        c.invalidate();
    }
    CHECK(engine.connect().connection_id() != id);
}

TEST_CASE(
    "A real disconnect during a statement invalidates that connection and bumps the pool's generation once for the "
    "outage: 15 connections failing in parallel are 15 closes and no more than 15 reconnects") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine({.pool_size = 15, .max_overflow = 0});
        std::vector<Connection> out;
        for (int i = 0; i < 15; ++i) out.push_back(engine.connect());
        for (Connection& c : out) database.kill(c);
        in_parallel(15, [&](int i) {
            Connection& c = out[static_cast<std::size_t>(i)];
            try {
                c.execute("SELECT 1");
                FAIL_CHECK("no error");
            } catch (const DatabaseError& e) {
                CHECK(e.is_disconnect());
            }
            CHECK(c.invalidated());
            c.close();
        });
        CHECK(engine.pool().status().closed == 15);
        in_parallel(15, [&](int) {
            for (int i = 0; i < 5; ++i) CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);
        });
        CHECK(engine.pool().status().opened <= 30);
        CHECK(engine.pool().status().closed == 15);
        CHECK(engine.pool().status().recycled == 0);
    });
}

TEST_CASE("One outage replaces the idle connections as well, each when it is next checked out") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 3});
    {
        Connection a = engine.connect(), b = engine.connect(), c = engine.connect();
        b.close();
        c.close();
        script->on_execute = [](const std::string&) { throw_disconnect(); };
        CHECK_THROWS_AS(a.execute("SELECT"), OperationalError);
    }
    script->on_execute = [](const std::string&) {};
    CHECK(script->closes == 1);
    Connection a = engine.connect(), b = engine.connect(), c = engine.connect();
    CHECK(script->closes == 3);
    CHECK(script->connects == 6);
}

TEST_CASE("A handle_error listener may turn \"is a disconnect\" on or off, and may keep the pool's other connections") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 2});
    { Connection a = engine.connect(), b = engine.connect(); }
    const auto fail = [&](void (*error)()) {
        Connection c = engine.connect();
        script->on_execute = [error](const std::string&) { error(); };
        bool thrown_as_disconnect = false;
        try {
            c.execute("SELECT");
        } catch (const DatabaseError& e) {
            thrown_as_disconnect = e.is_disconnect();
        }
        script->on_execute = [](const std::string&) {};
        CHECK(thrown_as_disconnect == c.invalidated());
        return c.invalidated();
    };
    SUBCASE("off") {
        engine.listen<event::HandleError>([](event::HandleError& e) { e.is_disconnect = false; }).release();
        CHECK_FALSE(fail([] { throw_disconnect(); }));
    }
    SUBCASE("on") {
        engine.listen<event::HandleError>([](event::HandleError& e) { e.is_disconnect = true; }).release();
        CHECK(fail([] { throw_syntax_error(); }));
    }
    SUBCASE("the pool's others stay") {
        engine.listen<event::HandleError>([](event::HandleError& e) { e.invalidate_pool_on_disconnect = false; })
            .release();
        CHECK(fail([] { throw_disconnect(); }));
        { Connection a = engine.connect(), b = engine.connect(); }
        CHECK(script->closes == 1);
    }
}

TEST_CASE("When the reconnect fails, the connection stays invalidated and the database's error is thrown, wrapped") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    Connection c = engine.connect();
    c.invalidate();
    script->on_connect = [] { throw_disconnect(); };
    CHECK_THROWS_AS(c.execute("SELECT"), OperationalError);
    CHECK(c.invalidated());
    script->on_connect = [] {};
    CHECK(c.execute("SELECT").scalar<int>() == 1);
    CHECK_FALSE(c.invalidated());
}
