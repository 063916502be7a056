// Acceptance list, "Checkout and return".
#include "support/database.hpp"
#include "support/scripted.hpp"

using namespace sociable;
using namespace sociable::test;

namespace {

EngineOptions queue(Limit size, Limit overflow) {
    return {.pool_size = size, .max_overflow = overflow, .pool_timeout = std::chrono::milliseconds(0)};
}

}  // namespace

TEST_CASE(
    "A returned connection is reused by the next checkout; info set on it is still there, and gone after it was "
    "invalidated") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        std::uint64_t id = 0;
        {
            Connection c = engine.connect();
            id = c.connection_id();
            c.info()["color"] = std::string("blue");
        }
        {
            Connection c = engine.connect();
            CHECK(c.connection_id() == id);
            CHECK(std::any_cast<std::string>(c.info().at("color")) == "blue");
            c.invalidate();
        }
        Connection c = engine.connect();
        CHECK(c.connection_id() != id);
        CHECK(c.info().empty());
    });
}

TEST_CASE("A checkout handle that goes out of scope, moves, or is closed twice returns its connection exactly once") {
    Engine engine = scripted_engine(std::make_shared<Script>(), queue(2, 0));
    int checkins = 0;
    const Subscription counting = engine.listen<event::Checkin>([&](const event::Checkin&) { ++checkins; });
    { Connection c = engine.connect(); }
    CHECK(checkins == 1);
    {
        Connection first = engine.connect();
        Connection second = std::move(first);
        CHECK(first.closed());
        second = engine.connect();
        CHECK(checkins == 2);
    }
    CHECK(checkins == 3);
    Connection c = engine.connect();
    c.close();
    c.close();
    CHECK(checkins == 4);
    CHECK(engine.pool().status().checked_out == 0);
}

TEST_CASE("As a scope: counted as checked out inside, returned after, also when the body throws") {
    Engine engine = scripted_engine(std::make_shared<Script>(), queue(2, 0));
    const auto work = [&] {
        engine.begin([&](Connection&) {
            CHECK(engine.pool().status().checked_out == 1);
            throw 7;
        });
    };
    CHECK_THROWS_AS(work(), int);
    CHECK(engine.pool().status().checked_out == 0);
    CHECK(engine.pool().status().checked_in == 1);
}

TEST_CASE("Dropping a handle whose connection was invalidated closes it and never rolls it back") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    {
        Connection c = engine.connect();
        c.execute("INSERT");
        c.invalidate();
    }
    CHECK(script->sql() == std::vector<std::string>{"BEGIN", "INSERT"});
    CHECK(script->open() == 0);
}

TEST_CASE("A slot can exist unconnected and connects when first taken; a closed slot can be used again") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, queue(1, 0));
    CHECK(script->connects == 0);
    engine.connect().close();
    CHECK(script->connects == 1);
    engine.connect().invalidate();
    CHECK(script->open() == 0);
    engine.connect().close();
    CHECK(script->connects == 2);
    CHECK(script->open() == 1);
}

TEST_CASE("Using a closed handle is a ResourceClosedError, and closed stays closed") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    Connection c = engine.connect();
    c.close();
    CHECK_THROWS_AS(c.execute("SELECT"), ResourceClosedError);
    CHECK_THROWS_AS(c.commit(), ResourceClosedError);
    CHECK_THROWS_AS(c.rollback(), ResourceClosedError);
    CHECK_THROWS_AS(c.begin(), ResourceClosedError);
    CHECK_THROWS_AS(c.soci(), ResourceClosedError);
    CHECK_THROWS_AS(c.info(), ResourceClosedError);
    CHECK_THROWS_AS(c.invalidate(), ResourceClosedError);
    CHECK_THROWS_AS(c.detach(), ResourceClosedError);
    CHECK(c.closed());
    Connection moved = std::move(c);
    CHECK_THROWS_AS(c.execute("SELECT"), ResourceClosedError);
}
