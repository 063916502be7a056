#include "pool/loan.hpp"
#include "support/database.hpp"
#include "support/redirected.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

Connection borrow_here(Engine& engine) { return engine.connect(); }

}  // namespace

TEST_CASE("the pool tells who holds a connection: place, thread, age, longest first") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    CHECK(engine.pool().holders().empty());
    Connection first = borrow_here(engine);
    script->clock_offset = 5s;
    Connection second = engine.connect();
    const unsigned line = __LINE__ - 1;
    const std::vector<Holder> holders = engine.pool().holders();
    REQUIRE(holders.size() == 2);
    CHECK(std::string(holders[0].place.function_name()) == "borrow_here");
    CHECK(holders[0].age >= 5s);
    CHECK(holders[0].thread == pool::this_thread_number());
    CHECK(holders[0].connection_id == first.connection_id());
    CHECK(holders[1].place.line() == line);
    CHECK(std::string(holders[1].place.file_name()).ends_with("holders_test.cpp"));
    first.close();
    CHECK(engine.pool().holders().size() == 1);
    second.detach();
    CHECK(engine.pool().holders().empty());
}

TEST_CASE("the timeout's text and fields tell who holds the connections: source location, thread, how long") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .max_overflow = 0, .pool_timeout = 100ms});
    Connection held = borrow_here(engine);
    script->clock_offset = 3s;
    try {
        engine.connect();
        FAIL("no timeout");
    } catch (const TimeoutError& e) {
        REQUIRE(e.info().holders.size() == 1);
        CHECK(e.info().holders[0].age >= 3s);
        const std::string text = e.what();
        CHECK(text.find("held longest: ") != std::string::npos);
        CHECK(text.find("holders_test.cpp:") != std::string::npos);
        CHECK(text.find("(borrow_here), thread " + std::to_string(pool::this_thread_number()) + ", for 3") !=
              std::string::npos);
    }
}

TEST_CASE("holders can be asked for while others borrow and return") {
    Engine engine = scripted_engine(std::make_shared<Script>(), {.pool_size = 4});
    std::atomic<bool> done{false};
    std::thread reader([&] {
        while (!done)
            for (const Holder& holder : engine.pool().holders()) {
                // Never half of one record and half of another.
                if (std::string(holder.place.function_name()) == "borrow_here")
                    CHECK(std::string(holder.place.file_name()).ends_with("holders_test.cpp"));
                CHECK(holder.thread != 0);
            }
    });
    in_parallel(4, [&](int) {
        for (int i = 0; i < 3000; ++i) borrow_here(engine);
    });
    done = true;
    reader.join();
}

TEST_CASE(
    "a connection held for longer than pool_leak_threshold is logged with place, thread and age, and again when it "
    "comes back") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_leak_threshold = 100s, .name = "shop"});
    Connection held = borrow_here(engine);
    const Redirected log(pool_logger, spdlog::level::warn);
    script->clock_offset = 101s;
    wait_until([&] { return engine.pool().status().leaks == 1; });
    wait_until([&] { return log.lines().size() == 1; });
    const std::string thread = std::to_string(pool::this_thread_number());
    const auto says = [&](std::size_t line, const std::string& part) {
        return log.lines()[line].find(part) != std::string::npos;
    };
    for (const std::string& part : {std::string("shop: connection 1 may be leaked"), std::string("(borrow_here)"),
                                    "thread " + thread, std::string("for 10")})
        CHECK(says(0, part));
    script->clock_offset = 205s;
    held.close();
    REQUIRE(log.lines().size() == 2);  // reported once, however long it lasts
    CHECK(says(1, "connection 1 came back after all"));
    CHECK(says(1, "for 20"));
}

TEST_CASE("a thread that takes a second connection while the pool is at its cap is warned of waiting for itself") {
    Engine engine = scripted_engine(std::make_shared<Script>(),
                                    {.pool_size = 1, .max_overflow = 0, .pool_timeout = 100ms, .name = "shop"});
    Connection held = borrow_here(engine);
    const Redirected log(pool_logger, spdlog::level::warn);
    for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(engine.connect(), TimeoutError);
    REQUIRE(log.lines().size() == 1);  // once a minute
    for (const char* part : {"waits for a connection at", "holders_test.cpp", "while it holds 1, the first taken at",
                             "(borrow_here)", "pool_size + max_overflow >= threads x (connections that each holds"})
        CHECK(log.lines()[0].find(part) != std::string::npos);
    std::thread([&] { CHECK_THROWS_AS(engine.connect(), TimeoutError); }).join();  // holds none
    CHECK(log.lines().size() == 1);
}
