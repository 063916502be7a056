#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"

#include <set>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

TEST_CASE("NullPool opens at checkout and closes at return, without a limit") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_class = PoolClass::null});
    std::vector<Connection> out;
    for (int i = 0; i < 40; ++i) out.push_back(engine.connect());
    CHECK(script->open() == 40);
    CHECK(engine.pool().status().checked_out == 40);
    out.clear();
    CHECK(script->open() == 0);
    CHECK(engine.pool().status().checked_in == 0);
    CHECK(engine.pool().status().hits == 0);
    engine.dispose();
    engine.connect();
}

TEST_CASE("StaticPool makes threads use its connection in turn, and tells a thread that it would wait for itself") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_timeout = 30s, .pool_class = PoolClass::static_});
    std::atomic<int> inside{0};
    in_parallel(8, [&](int) {
        for (int i = 0; i < 20; ++i) {
            Connection c = engine.connect();
            CHECK(++inside == 1);
            --inside;
        }
    });
    CHECK(script->connects == 1);
    Connection held = engine.connect();
    try {
        engine.connect();
        FAIL("no error");
    } catch (const InvalidRequestError& e) {
        CHECK(std::string(e.what()).find("pool_kinds_test.cpp") != std::string::npos);
    }
    held.close();
    engine.connect();
}

TEST_CASE("SingletonThreadPool gives each thread a connection of its own, and closes it when the thread ends") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_class = PoolClass::singleton_thread});
    std::mutex mutex;
    std::set<std::uint64_t> ids;
    in_parallel(4, [&](int) {
        std::uint64_t mine = engine.connect().connection_id();
        for (int i = 0; i < 5; ++i) CHECK(engine.connect().connection_id() == mine);
        Connection held = engine.connect();
        CHECK_THROWS_WITH_AS(engine.connect(), doctest::Contains("pool_kinds_test.cpp"), InvalidRequestError);
        const std::lock_guard lock(mutex);
        ids.insert(mine);
    });
    CHECK(ids.size() == 4);
    CHECK(script->open() == 0);
    CHECK(engine.pool().status().checked_in == 0);

    // A connection that outlives its thread is closed when it comes back.
    std::optional<Connection> moved;
    std::thread([&] { moved = engine.connect(); }).join();
    CHECK(engine.pool().status().checked_in == 0);
    moved.reset();
    CHECK(script->open() == 0);

    engine.connect();
    engine.connect().invalidate();
    CHECK(script->open() == 0);
    engine.connect();
    CHECK(engine.pool().status().checked_in == 1);
    engine.dispose();
    CHECK(script->open() == 0);
}

TEST_CASE("AssertionPool lends one connection, and names the place of the first checkout to who asks for a second") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_class = PoolClass::assertion});
    engine.connect();
    Connection held = engine.connect();
    CHECK(script->connects == 1);
    CHECK_THROWS_WITH_AS(engine.connect(), doctest::Contains("pool_kinds_test.cpp"), InvalidRequestError);
    std::thread([&] { CHECK_THROWS_AS(engine.connect(), InvalidRequestError); }).join();
    held.close();
    engine.connect();
}

TEST_CASE("QueuePool can be unlimited") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = unlimited});
    std::vector<Connection> out;
    for (int i = 0; i < 200; ++i) out.push_back(engine.connect());
    out.clear();
    CHECK(engine.pool().status().checked_in == 200);
    CHECK(script->closes == 0);
    for (const bool lifo : {false, true}) {
        Engine overflowing =
            scripted_engine(script, {.pool_size = 1, .max_overflow = unlimited, .pool_use_lifo = lifo});
        in_parallel(16, [&](int) {
            for (int i = 0; i < 100; ++i) overflowing.connect();
        });
        CHECK(overflowing.pool().status().checked_in == 1);
    }
}

TEST_CASE("pools are named by SQLAlchemy's names, in any case") {
    for (const PoolClass kind :
         {PoolClass::queue, PoolClass::null, PoolClass::static_, PoolClass::singleton_thread, PoolClass::assertion})
        CHECK(parse_pool_class(to_string(kind)) == kind);
    CHECK(parse_pool_class("nullpool") == PoolClass::null);
    CHECK_THROWS_WITH_AS(parse_pool_class("Pool"), doctest::Contains("SingletonThreadPool"), ArgumentError);
    CHECK(parse_reset_on_return("COMMIT") == ResetOnReturn::commit);
    CHECK_THROWS_WITH_AS(parse_reset_on_return(""), doctest::Contains("rollback"), ArgumentError);
}

TEST_CASE("the status prints SQLAlchemy's line, and a table") {
    Engine engine = scripted_engine(std::make_shared<Script>(), {.name = "shop"});
    engine.connect();
    Connection c = engine.connect();
    CHECK(to_line(engine.pool().status()) ==
          "Pool size: 5  Connections in pool: 0 Current Overflow: -4 Current Checked out connections: 1");
    const std::string table = to_string(engine.pool().status());
    for (const char* part : {"QueuePool of shop (default for servers)", "size                       5",
                             "checked out                1", "hits                       1"})
        CHECK(table.find(part) != std::string::npos);
    Engine endless = scripted_engine(std::make_shared<Script>(), {.pool_size = unlimited});
    CHECK(to_string(endless.pool().status()).find("unlimited") != std::string::npos);
}

TEST_CASE("AssertionPool: a checkout waits while the connection is being replaced, since nobody has borrowed it") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_class = PoolClass::assertion});
    engine.connect();
    Door door;
    std::atomic<bool> replacing{false};
    const HookScope hooks(script);
    script->on_connect = [&] {
        replacing = true;
        door.pass();
    };
    engine.pool().reconnect();
    wait_until([&] { return replacing.load(); });
    std::thread borrower([&] { CHECK(engine.connect().execute("SELECT").scalar<int>() == 1); });
    wait_until([&] { return engine.pool().status().waiters == 1; });
    door.open();
    borrower.join();
    CHECK(script->connects == 2);
}

TEST_CASE("a first_connect listener may take a connection of its own where the borrower opens it") {
    for (const PoolClass kind : {PoolClass::null, PoolClass::queue}) {
        EngineOptions options{.pool_class = kind};
        if (kind == PoolClass::queue) options.pool_timeout = 0ms;
        Engine engine = scripted_engine(std::make_shared<Script>(), options);
        int asked = 0;
        const auto sub = engine.listen<event::FirstConnect>(
            [&](const event::FirstConnect&) { asked += engine.connect().execute("SELECT").scalar<int>(); });
        engine.connect();
        CHECK(asked == 1);
    }
}
