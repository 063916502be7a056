// Acceptance list, "Recycle, lifetime, idle time".
#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

TEST_CASE(
    "Recycle 30 s: same connection after 1 s, another after 35 s, counted from the connect, and never touching a "
    "connection that is checked out") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .pool_recycle = 30s});
    const auto id = [&] { return engine.connect().connection_id(); };
    const std::uint64_t first = id();
    script->clock_offset = 1s;
    CHECK(id() == first);
    script->clock_offset = 20s;  // use does not make it younger
    CHECK(id() == first);
    script->clock_offset = 23s;
    {
        Connection held = engine.connect();
        script->clock_offset = 35s;
        held.execute("SELECT");
        CHECK(held.connection_id() == first);
        CHECK(script->closes == 0);
    }
    CHECK(id() != first);
    CHECK(engine.pool().status().recycled == 1);
    CHECK(script->open() == 1);
}

TEST_CASE(
    "With recycle and a connection that the server has killed meanwhile, the next checkout works without an error") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .pool_recycle = 20ms});
        {
            Connection c = engine.connect();
            Connection killer = database.engine().connect();
            const std::string id = Database::server_id(c);
            c.rollback();
            // Before it is back, or upkeep may have replaced it already.
            killer.execute(database.kind() == Kind::mysql ? "KILL " + id : "SELECT pg_terminate_backend(" + id + ")");
        }
        const auto since = std::chrono::steady_clock::now();
        wait_until([&] { return std::chrono::steady_clock::now() - since > 40ms; });
        CHECK(engine.connect().execute("SELECT 'fine'").scalar<std::string>() == "fine");
        CHECK(engine.pool().status().recycled >= 1);  // at the checkout, or by upkeep before
    });
}

TEST_CASE("Pool-wide invalidation while a connection is out: its slot is replaced at the next checkout") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1});
    Connection c = engine.connect();
    const std::uint64_t id = c.connection_id();
    engine.pool().invalidate();
    c.execute("SELECT");
    CHECK(c.connection_id() == id);
    c.close();
    CHECK(engine.connect().connection_id() != id);
    CHECK(script->open() == 1);
}

TEST_CASE("Soft invalidation: usable until it is returned, then replaced") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1});
    Connection c = engine.connect();
    const std::uint64_t id = c.connection_id();
    c.soft_invalidate();
    c.execute("SELECT");
    CHECK(c.connection_id() == id);
    CHECK_FALSE(c.invalidated());
    c.close();
    CHECK(engine.connect().connection_id() != id);
}

TEST_CASE(
    "When a recycle's reconnect fails, no connect or checkout listener runs; when it succeeds both do, in that order") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .pool_recycle = 30s});
    engine.connect();
    std::vector<std::string> events;
    engine.listen<event::Connect>([&](event::Connect&) { events.push_back("connect"); }).release();
    engine.listen<event::Checkout>([&](event::Checkout&) { events.push_back("checkout"); }).release();
    script->clock_offset = 60s;
    script->on_connect = [] { throw_disconnect(); };
    CHECK_THROWS_AS(engine.connect(), OperationalError);
    CHECK(events.empty());
    script->on_connect = [] {};
    engine.connect();
    CHECK(events == std::vector<std::string>{"connect", "checkout"});
}
