// Pool::connections(): what each connection is doing.
#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

TEST_CASE("the pool tells each connection: id, age, how often it was used, idle since when, or who has it") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 3});
    const auto connections = [&] { return engine.pool().connections(); };
    CHECK(connections().empty());
    std::optional<Connection> first = engine.connect();
    script->clock_offset = 10s;
    Connection second = engine.connect();
    const unsigned line = __LINE__ - 1;
    first.reset();
    first = engine.connect();
    first.reset();
    script->clock_offset = 30s;
    const std::vector<PooledConnection> all = connections();
    REQUIRE(all.size() == 2);
    CHECK(all[0].connection_id == 1);
    CHECK(all[0].age >= 30s);
    CHECK(all[0].idle >= 20s);
    CHECK(all[0].idle < all[0].age);
    CHECK(all[0].checkouts == 2);
    CHECK_FALSE(all[0].holder);
    CHECK(all[1].connection_id == second.connection_id());
    CHECK(all[1].age >= 20s);
    CHECK(all[1].age < 30s);
    CHECK(all[1].idle == 0s);
    CHECK(all[1].checkouts == 1);
    REQUIRE(all[1].holder);
    CHECK(all[1].holder->place.line() == line);
    CHECK(all[1].holder->connection_id == second.connection_id());
}

TEST_CASE("a connection that takes another's place is a new one; one that left the pool is none") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1});
    {
        Connection c = engine.connect();
        c.invalidate();
        CHECK(engine.pool().connections().at(0).connection_id == 0);  // its holder has it reopened when it uses it
        c.execute("SELECT 1");
    }
    { Connection again = engine.connect(); }
    const std::vector<PooledConnection> all = engine.pool().connections();
    REQUIRE(all.size() == 1);
    CHECK(all[0].connection_id == 2);
    CHECK(all[0].checkouts == 1);
    Connection gone = engine.connect();
    gone.detach();
    CHECK(engine.pool().connections().empty());
}

TEST_CASE("who opens a connection itself is seen while it does") {
    const auto script = std::make_shared<Script>();
    Door door;
    std::atomic<bool> connecting{false};
    const HookScope hooks(script);
    script->on_connect = [&] {
        connecting = true;
        door.pass();
    };
    Engine engine = scripted_engine(script, {.pool_class = PoolClass::null});
    std::thread borrower([&] { engine.connect(); });
    wait_until([&] { return connecting.load(); });
    const std::vector<PooledConnection> all = engine.pool().connections();
    CHECK(all.size() == 1);
    for (const PooledConnection& each : all) {
        CHECK(each.connection_id == 0);
        CHECK(each.holder.has_value());
    }
    door.open();
    borrower.join();
}

TEST_CASE("connections can be asked for while others borrow, return and replace them") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 3, .max_overflow = 1});
        std::atomic<bool> done{false};
        std::thread asking([&] {
            while (!done) {
                const std::vector<PooledConnection> all = engine.pool().connections();
                CHECK(all.size() <= 4);
                for (const PooledConnection& each : all) CHECK((each.connection_id != 0 || each.holder));
            }
        });
        in_parallel(4, [&](int thread) {
            for (int i = 0; i < 100; ++i) {
                Connection c = engine.connect();
                if ((i + thread) % 10 == 0) c.invalidate();
            }
        });
        done = true;
        asking.join();
    });
}
