#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/thrown.hpp"

#include <thread>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

TEST_CASE("a round trip is timed, and the connection goes on to be used") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        const auto took = engine.pool().round_trip();
        CHECK(took > 0us);
        CHECK(took < 10s);
        CHECK(engine.connect().execute("SELECT 2").scalar<int>() == 2);
        CHECK(engine.pool().status().opened == 1);
    });
}

TEST_CASE("a round trip runs SELECT 1, and no transaction") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    engine.pool().round_trip();
    CHECK(script->sql() == std::vector<std::string>{"SELECT 1"});
}

TEST_CASE("a connection that a round trip finds dead is closed, and its siblings are replaced") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    { Connection a = engine.connect(), b = engine.connect(); }
    script->on_run = [](const std::string&) { throw_disconnect(); };
    CHECK(thrown<DatabaseError>([&] { engine.pool().round_trip(); }).is_disconnect());
    script->on_run = [](const std::string&) {};
    CHECK(script->open() == 1);
    engine.pool().round_trip();
    CHECK(engine.pool().status().invalidated == 1);
    CHECK(engine.pool().status().opened == 3);
}

TEST_CASE("a round trip that fails otherwise costs no connection") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    script->on_run = [](const std::string&) { throw_syntax_error(); };
    CHECK_THROWS_AS(engine.pool().round_trip(), DatabaseError);
    CHECK(engine.pool().status().checked_in == 1);
}

TEST_CASE("times tell the period in which they were measured") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    CHECK(engine.pool().recent_times().period == 0ns);  // nobody has used the pool
    engine.connect();
    std::this_thread::sleep_for(20ms);
    CHECK(engine.pool().recent_times().period >= 20ms);
    CHECK(engine.pool().times().period >= engine.pool().recent_times().period);
    CHECK(engine.pool().times().period < 1h);
}
