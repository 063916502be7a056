// Advice for real pools, on real databases.
#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"
#include "support/thrown.hpp"

#include <sociable/health/advice.hpp>

#include <algorithm>
#include <thread>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

/// Four threads hold a connection each for 5 ms at a time, with a bit between.
void work(Engine& engine) {
    in_parallel(4, [&](int) {
        for (int i = 0; i < 40; ++i) {
            {
                Connection connection = engine.connect();
                std::this_thread::sleep_for(5ms);
            }
            std::this_thread::sleep_for(1ms);
        }
    });
}

bool has(const AdviceReport& report, std::string_view option) {
    return std::any_of(report.advice.begin(), report.advice.end(),
                       [option](const Advice& a) { return a.option == option; });
}

constexpr auto no_period = std::chrono::milliseconds(1);

}  // namespace

TEST_CASE("a pool that is too small is told so from its own measurements; one that was not used, nothing") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .max_overflow = 3});
        CHECK_FALSE(advise(engine).enough_samples);  // which asks the server: two uses
        work(engine);
        const AdviceReport report = advise(engine, {.min_period = no_period});
        CHECK(report.enough_samples);
        CHECK(has(report, "pool_size"));
        CHECK(contains(report.basis, "162 uses"));
        CHECK(has(report, "pool_recycle") == (database.kind() == Kind::mysql));  // its wait_timeout
        CHECK_FALSE(contains(report.basis, "asked"));
    });
}

TEST_CASE("the server's max_connections caps what is proposed") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .max_overflow = 30});
        work(engine);
        Connection connection = engine.connect();
        const ServerActivity server = server_activity(connection);
        const int instances = (server.max_connections.value() - server.reserved_connections.value() - 5) / 2;
        const AdviceReport report = advise(engine, {.instances = instances, .min_period = no_period});
        const auto overflow = std::find_if(report.advice.begin(), report.advice.end(),
                                           [](const Advice& a) { return a.option == "max_overflow"; });
        REQUIRE(overflow != report.advice.end());
        CHECK(std::stoi(overflow->proposed) <= 1);
        CHECK(contains(overflow->evidence, "are 2 for each"));
    });
}

TEST_CASE("a server that can't be asked is told in the basis") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .max_overflow = 0});
    work(engine);
    {
        Connection held = engine.connect();
        CHECK(contains(advise(engine, {.min_period = no_period}).basis, "since no connection was free"));
    }
    script->forget();
    script->on_run = [](const std::string&) { throw_disconnect(); };
    CHECK(contains(advise(engine, {.min_period = no_period}).basis, "could not be asked: "));
    CHECK(script->sql().empty());  // SELECT 1 has failed, and nothing that has no deadline was sent
    script->on_run = [](const std::string&) {};
    script->on_execute = [](const std::string&) { throw_disconnect(); };
    CHECK(contains(advise(engine, {.min_period = no_period}).basis, "could not be asked: "));
    script->on_connect = [] { throw 42; };
    CHECK(contains(advise(engine, {.min_period = no_period}).basis, "could not be asked: "));
}

TEST_CASE("without pool_record_times there is nothing to advise from") {
    Engine engine = scripted_engine(std::make_shared<Script>(), {.pool_record_times = false});
    engine.connect();
    CHECK(contains(advise(engine).basis, "pool_record_times"));
    CHECK(advise(engine).advice.empty());
}
