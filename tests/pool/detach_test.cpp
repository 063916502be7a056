// Acceptance list, "Detach".
#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

TEST_CASE(
    "With size 1, detach frees the slot: another checkout opens a second connection; closing the detached one really "
    "closes it") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .max_overflow = 0, .pool_timeout = 0ms});
    Connection detached = engine.connect();
    detached.detach();
    CHECK(engine.pool().status().checked_out == 0);
    Connection other = engine.connect();
    CHECK(script->open() == 2);
    CHECK(detached.execute("SELECT").scalar<int>() == 1);
    CHECK_THROWS_AS(engine.connect(), TimeoutError);
    detached.close();
    CHECK(script->open() == 1);
    other.close();
    CHECK(engine.pool().status().checked_in == 1);
    for (int i = 0; i < 20; ++i) {  // nothing is used up by it
        Connection c = engine.connect();
        c.detach();
    }
    CHECK(script->open() == 0);
}

TEST_CASE("A detached connection can't be detached again, which would let the pool open too many") {
    Engine engine =
        scripted_engine(std::make_shared<Script>(), {.pool_size = 1, .max_overflow = 0, .pool_timeout = 0ms});
    Connection c = engine.connect();
    c.detach();
    CHECK_THROWS_AS(c.detach(), InvalidRequestError);
    Connection other = engine.connect();
    CHECK_THROWS_AS(engine.connect(), TimeoutError);
    CHECK(engine.pool().status().checked_out == 1);
}

TEST_CASE("An invalidated connection can't be detached") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    Connection c = engine.connect();
    c.invalidate();
    CHECK_THROWS_AS(c.detach(), InvalidRequestError);
}

TEST_CASE("Each kind of pool can let go of a connection") {
    for (const PoolClass kind :
         {PoolClass::null, PoolClass::static_, PoolClass::singleton_thread, PoolClass::assertion}) {
        CAPTURE(to_string(kind));
        const auto script = std::make_shared<Script>();
        Engine engine = scripted_engine(script, {.pool_class = kind});
        Connection detached = engine.connect();
        detached.detach();
        Connection second = engine.connect();
        CHECK(detached.connection_id() != second.connection_id());
        detached.close();
        CHECK(script->open() == 1);
        CHECK(engine.pool().status().checked_out == 1);
        second.close();
        CHECK(engine.pool().status().checked_out == 0);
    }
}

TEST_CASE("dispose() with a drain timeout does not wait for what is detached meanwhile") {
    Engine engine = scripted_engine(std::make_shared<Script>(), {.pool_size = 1, .max_overflow = 0});
    Connection c = engine.connect();
    std::atomic<bool> drained{false};
    std::thread disposing([&] {
        wait_until([&] { return engine.pool().status().waiters == 1; });
        drained = engine.dispose(10min);  // longer than a test may take
    });
    CHECK_THROWS_AS(engine.connect(), ResourceClosedError);  // so it has begun
    c.detach();
    disposing.join();
    CHECK(drained);
}
