// Acceptance list, "Waiting".
#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"
#include "support/thrown.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

EngineOptions one(std::chrono::milliseconds timeout) {
    return {.pool_size = 1, .max_overflow = 0, .pool_timeout = timeout};
}

Clock::duration time_to_fail(Engine& engine) {
    const auto start = Clock::now();
    CHECK_THROWS_AS(engine.connect(), TimeoutError);
    return Clock::now() - start;
}

void wait_for_waiters(const Engine& engine, int count) {
    wait_until([&] { return engine.pool().status().waiters == count; });
}

}  // namespace

TEST_CASE(
    "At the cap a checkout fails with TimeoutError after the timeout; timeouts below a second are honoured; zero "
    "fails at once") {
    for (const auto timeout : {0ms, 50ms, 400ms}) {
        Engine engine = scripted_engine(std::make_shared<Script>(), one(timeout));
        Connection held = engine.connect();
        // The best of some, since a busy machine may let any one of them sleep on.
        auto best = Clock::duration::max();
        for (int i = 0; i < 5; ++i) {
            const auto waited = time_to_fail(engine);
            CHECK(waited >= timeout);
            best = std::min(best, waited);
        }
        CHECK(best <= timeout + timeout / 20 + 2ms);
        CHECK(engine.pool().status().waiters == 0);
        CHECK(engine.pool().status().timeouts == 5);
    }
}

TEST_CASE("10 threads over 3 slots: nobody times out before the full timeout") {
    Engine engine =
        scripted_engine(std::make_shared<Script>(), {.pool_size = 3, .max_overflow = 0, .pool_timeout = 300ms});
    std::vector<Connection> held;
    for (int i = 0; i < 3; ++i) held.push_back(engine.connect());
    std::vector<Clock::duration> waited(10);
    in_parallel(10, [&](int i) {
        const auto start = Clock::now();
        try {
            engine.connect();
        } catch (const TimeoutError&) {
        }
        waited[static_cast<std::size_t>(i)] = Clock::now() - start;
    });
    CHECK(*std::min_element(waited.begin(), waited.end()) >= 300ms);
}

TEST_CASE("waiting is first come, first served") {
    Engine engine = scripted_engine(std::make_shared<Script>(), one(30s));
    Connection held = engine.connect();
    std::vector<int> order;  // guarded by the only connection
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] {
            Connection c = engine.connect();
            order.push_back(i);
        });
        wait_for_waiters(engine, i + 1);
    }
    held.close();
    for (std::thread& thread : threads) thread.join();
    CHECK(order == std::vector{0, 1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE(
    "32 threads over one slot held 200 us: every thread is served, and the longest wait is within 3 times the ideal") {
    constexpr int threads = 32, rounds = 40;
    // A busy machine may hold up any one run; a pool that starves its waiters fails all of them.
    double best = 1e9;
    for (int attempt = 0; attempt < 30 && best >= 3; ++attempt) {
        Engine engine = scripted_engine(std::make_shared<Script>(), one(30s));
        std::atomic<std::int64_t> longest{0};
        const auto start = Clock::now();
        in_parallel(threads, [&](int) {
            for (int i = 0; i < rounds; ++i) {
                const auto asked = Clock::now();
                Connection c = engine.connect();
                const std::int64_t waited = (Clock::now() - asked).count();
                for (std::int64_t seen = longest; seen < waited && !longest.compare_exchange_weak(seen, waited);) {
                }
                std::this_thread::sleep_for(200us);
            }
        });
        // The ideal is a turn of each thread: what the whole run took, by the rounds.
        const auto ideal = static_cast<double>((Clock::now() - start).count()) / rounds;
        best = std::min(best, static_cast<double>(longest) / ideal);
        CHECK(engine.pool().status().checkouts == threads * rounds);
    }
    CHECK(best < 3);
}

TEST_CASE(
    "a waiter is woken whenever a slot comes free for any reason: return, invalidation, detach, a connect that failed, "
    "a raised cap") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, one(30s));
    const auto served_after = [&](const std::function<void(Connection&)>& release) {
        Connection held = engine.connect();
        std::thread waiter([&] { engine.connect(); });
        wait_for_waiters(engine, 1);
        release(held);
        waiter.join();
    };
    SUBCASE("return") {
        served_after([](Connection& c) { c.close(); });
    }
    SUBCASE("invalidation") {
        served_after([](Connection& c) {
            c.invalidate();
            c.close();
        });
    }
    SUBCASE("detach") {
        served_after([](Connection& c) { c.detach(); });
    }
    SUBCASE("a connect that failed") {
        Door fail;
        std::atomic<bool> failed{false};
        const HookScope hooks(script);
        script->on_connect = [&] {
            if (failed.exchange(true)) return;  // only the first
            fail.pass();
            throw_syntax_error();
        };
        std::thread first([&] { CHECK_THROWS_AS(engine.connect(), ProgrammingError); });
        wait_for_waiters(engine, 1);
        std::thread waiter([&] { engine.connect(); });
        wait_for_waiters(engine, 2);
        fail.open();
        first.join();
        waiter.join();
    }
    SUBCASE("a raised cap") {
        served_after([&](Connection&) { engine.pool().resize(2, 0); });
    }
    CHECK(engine.pool().status().waiters == 0);
}

TEST_CASE("the timeout's text and fields tell size, overflow, waiters, the last connect error") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .max_overflow = 1, .pool_timeout = 0ms, .name = "shop"});
    const HookScope hooks(script);
    script->on_connect = [&] {
        if (script->connects == 1) throw_disconnect();
    };
    Connection held = engine.connect();
    CHECK_THROWS_AS(engine.connect(), OperationalError);
    script->on_connect = [] {};
    Engine unlucky = engine;
    Connection second = engine.connect();
    try {
        unlucky.connect();
        FAIL("no timeout");
    } catch (const TimeoutError& e) {
        CHECK(e.info().pool == "shop");
        CHECK(e.info().size == 1);
        CHECK(e.info().overflow == 1);
        CHECK(e.info().checked_out == 2);
        CHECK(e.info().waiters == 1);
        CHECK(e.info().last_connect_error.empty());  // the last one succeeded
        const std::string text = e.what();
        for (const char* part : {"'shop'", "size 1", "overflow 1", "checked out 2", "waiting 1"})
            CHECK(text.find(part) != std::string::npos);
    }
}

TEST_CASE("the timeout's text and fields tell the last connect error, until a connect succeeds") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .max_overflow = 1, .pool_timeout = 0ms});
    Connection held = engine.connect();
    script->on_connect = [] { throw_disconnect(); };
    CHECK_THROWS_AS(engine.connect(), OperationalError);
    engine.pool().resize(1, 0);  // or the next would try to connect as well
    const auto timeout = [&] { return thrown<TimeoutError>([&] { engine.connect(); }); };
    const TimeoutError failed = timeout();
    CHECK(failed.info().last_connect_error == "server closed the connection");
    CHECK(contains(failed.what(), "; the last connect failed: server closed the connection"));
    script->on_connect = [] {};
    engine.pool().resize(1, 1);
    Connection second = engine.connect();
    const TimeoutError later = timeout();
    CHECK(later.info().last_connect_error.empty());
    CHECK_FALSE(contains(later.what(), "the last connect failed"));
}

TEST_CASE("who waits in vain for a database that can't be reached is told the error of the attempts so far") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .max_overflow = 0, .pool_timeout = 200ms});
    Door door;
    std::atomic<int> attempts{0};
    const HookScope hooks(script);
    script->on_connect = [&] {
        if (++attempts == 1) throw_disconnect();
        door.pass();  // the second hangs
    };
    // The first attempt is over, whatever it took, when the second has begun.
    CHECK_THROWS_AS(engine.connect(), TimeoutError);
    wait_until([&] { return attempts == 2; });
    const auto error = thrown<TimeoutError>([&] { engine.connect(); });
    CHECK(contains(error.info().last_connect_error, "server closed the connection"));
    CHECK(error.info().opening == 1);
    CHECK(contains(error.what(), "server closed the connection"));
    door.open();
    wait_until([&] { return engine.pool().status().checked_in == 1; });  // it uses what is above
}

TEST_CASE("the timeout's text and fields tell the oldest wait, and the holders, longest first") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 3, .max_overflow = 0, .pool_timeout = 100ms});
    // Of which the second becomes the oldest, then the third, then the first.
    std::vector<Connection> held;
    for (int i = 0; i < 3; ++i) held.push_back(engine.connect());
    const auto id = [&](std::size_t i) { return held[i].connection_id(); };
    script->clock_offset = 100s;
    held[2].close();
    held[2] = engine.connect();
    script->clock_offset = 200s;
    held[0].close();
    held[0] = engine.connect();
    script->clock_offset = 300s;
    const auto error = thrown<TimeoutError>([&] { engine.connect(); });
    const TimeoutInfo& info = error.info();
    REQUIRE(info.holders.size() == 3);
    CHECK(info.holders[0].connection_id == id(1));
    CHECK(info.holders[1].connection_id == id(2));
    CHECK(info.holders[2].connection_id == id(0));
    CHECK(info.holders[0].age >= 300s);
    CHECK(info.holders[2].age < 150s);
    const std::string text = error.what();
    const auto first = text.find("held longest: "), second = text.find(to_string(info.holders[1]));
    REQUIRE(first != std::string::npos);
    REQUIRE(second != std::string::npos);
    CHECK(text.find(to_string(info.holders[0])) < second);
    CHECK(text.find(to_string(info.holders[2])) > second);
    CHECK(info.waited == 100ms);
    CHECK(info.oldest_wait >= 100ms);
    CHECK(contains(text, "oldest wait " + std::to_string(info.oldest_wait.count()) + " ms"));
}

TEST_CASE("pool_max_waiting: one waiter too many fails at once with an error of its own") {
    Engine engine = scripted_engine(std::make_shared<Script>(),
                                    {.pool_size = 1, .max_overflow = 0, .pool_timeout = 30s, .pool_max_waiting = 1});
    Connection held = engine.connect();
    std::thread waiter([&] { engine.connect(); });
    wait_for_waiters(engine, 1);
    CHECK_THROWS_AS(engine.connect(), QueueFullError);
    held.close();
    waiter.join();
    engine.connect();
}

TEST_CASE(
    "The first-connect work of a dialect runs once and to its end before any other thread gets a connection; connect "
    "runs once per connection") {
    Engine engine = scripted_engine(std::make_shared<Script>(), {.pool_size = 10, .pool_connecting_limit = 8});
    std::atomic<int> first{0}, connects{0};
    std::atomic<bool> ended{false};
    Door go_on;
    engine
        .listen<event::FirstConnect>([&](event::FirstConnect&) {
            ++first;
            go_on.pass();
            ended = true;
        })
        .release();
    engine
        .listen<event::Connect>([&](event::Connect&) {
            CHECK(ended);
            ++connects;
        })
        .release();
    std::thread opener([&] {
        wait_until([&] { return engine.pool().status().opening >= 4; });
        go_on.open();
    });
    std::vector<std::uint64_t> ids(8);
    in_parallel(8, [&](int i) {
        Connection c = engine.connect();
        CHECK(ended);
        ids[static_cast<std::size_t>(i)] = c.connection_id();
    });
    opener.join();
    CHECK(first == 1);
    std::sort(ids.begin(), ids.end());
    CHECK(connects >= std::unique(ids.begin(), ids.end()) - ids.begin());
    wait_until([&] { return engine.pool().status().opening == 0; });  // some are opened for nobody
    CHECK(static_cast<std::uint64_t>(connects) == engine.pool().status().opened);
}

TEST_CASE("A wall clock that jumps changes nothing") {
    // Nothing goes by it: deadlines, recycling and ages are steady_clock's.
    const std::filesystem::path root = std::filesystem::path(__FILE__).parent_path() / "../..";
    int files = 0;
    for (const char* folder : {"src", "include"})
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
            if (!entry.is_regular_file()) continue;
            // The monitor tells people the time of day, and waits for nothing by it.
            if (entry.path().filename() == "pool_answers.cpp" || entry.path().filename() == "routes.cpp") continue;
            ++files;
            std::ifstream in(entry.path());
            const std::string text{std::istreambuf_iterator<char>(in), {}};
            CAPTURE(entry.path().string());
            for (const char* wall : {"system_clock::now", "gettimeofday", "CLOCK_REALTIME", "time(nullptr)"})
                CHECK(text.find(wall) == std::string::npos);
        }
    CHECK(files > 50);
}
