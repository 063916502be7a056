#include "support/database.hpp"
#include "support/instrumented.hpp"
#include "support/scripted.hpp"
#include "support/tasks.hpp"
#include "support/threads.hpp"
#include "support/user.hpp"

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void throw_wrong_password() {
    raise({.kind = ErrorKind::operational, .message = "password authentication failed", .sqlstate = "28P01"});
}

[[noreturn]] void throw_no_place() {
    raise({.kind = ErrorKind::operational, .message = "too many clients", .sqlstate = "53300", .is_retryable = true});
}

}  // namespace

TEST_CASE("a connection that is being opened outlives the caller who gave up waiting for it") {
    const auto script = std::make_shared<Script>();
    Door door;
    const HookScope hooks(script);
    script->on_connect = [&] { door.pass(); };
    Engine engine = scripted_engine(script, {.pool_timeout = 20ms});
    try {
        engine.connect();
        FAIL("no timeout");
    } catch (const TimeoutError& e) {
        CHECK(e.info().opening == 1);
        CHECK(e.info().checked_out == 0);
    }
    door.open();
    wait_until([&] { return engine.pool().status().checked_in == 1; });
    engine.connect();
    CHECK(script->connects == 1);
}

TEST_CASE("whoever waits takes what comes first, a connection returned or one just opened") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 2, .pool_timeout = 30s});
    Connection held = engine.connect();
    Door door;
    const HookScope hooks(script);
    script->on_connect = [&] { door.pass(); };
    std::thread waiter([&] { engine.connect(); });
    wait_until([&] { return engine.pool().status().opening == 1; });
    held.close();
    waiter.join();
    CHECK(script->connects == 1);
    door.open();
    wait_until([&] { return engine.pool().status().checked_in == 2; });
}

TEST_CASE("no more than pool_connecting_limit connections are opened at the same time") {
    const auto script = std::make_shared<Script>();
    std::atomic<int> connecting{0}, most{0};
    Door door;
    const HookScope hooks(script);
    script->on_connect = [&] {
        const int now = ++connecting;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        door.pass();
        --connecting;
    };
    Engine engine = scripted_engine(script, {.pool_size = 10, .pool_connecting_limit = 3});
    std::thread opener([&] {
        wait_until([&] { return engine.pool().status().waiters == 10 && connecting == 3; });
        CHECK(engine.pool().status().opening == 3);
        door.open();
    });
    in_parallel(10, [&](int) { engine.connect(); });
    opener.join();
    CHECK(most == 3);
}

TEST_CASE("a spike is served by what is returned, not by a storm of connects") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 5, .max_overflow = 45, .pool_timeout = 30s});
    {
        std::vector<Connection> five;
        for (int i = 0; i < 5; ++i) five.push_back(engine.connect());
    }
    const int before = script->connects;
    constexpr auto connecting = 1500ms;  // so long that a busy machine does all of this in less
    script->on_connect = [connecting] { std::this_thread::sleep_for(connecting); };
    const auto start = Clock::now();
    in_parallel(50, [&](int) {
        Connection c = engine.connect();
        std::this_thread::sleep_for(2ms);
    });
    CHECK(Clock::now() - start < connecting);  // nobody had to wait for a connect
    CHECK(script->connects - before <= 3);
}

TEST_CASE("a connect is tried again when the server can't be reached or has no place, with a limit") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_connect_retries = 2});
    int attempts = 0;
    const HookScope hooks(script);
    script->on_connect = [&] {
        if (++attempts == 1) throw_disconnect();
        if (attempts == 2) throw_no_place();
    };
    CHECK_NOTHROW(engine.connect());
    CHECK(attempts == 3);
    CHECK(engine.pool().status().connect_errors == 2);
    engine.dispose();
    attempts = 0;
    script->on_connect = [&] {
        ++attempts;
        throw_disconnect();
    };
    CHECK_THROWS_AS(engine.connect(), OperationalError);
    CHECK(attempts == 3);
}

TEST_CASE("a connect is never tried again after a wrong password") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    int attempts = 0;
    const HookScope hooks(script);
    script->on_connect = [&] {
        ++attempts;
        throw_wrong_password();
    };
    CHECK_THROWS_WITH_AS(engine.connect(), doctest::Contains("password"), OperationalError);
    CHECK(attempts == 1);
}

TEST_CASE("a real wrong password is told at once") {
    on_each(servers, [](Database& database) {
        const User user(database, "sociable_opening_test", "right");
        Engine engine = create_engine(user.url().with_password("wrong"));
        const auto start = Clock::now();
        CHECK_THROWS_AS(engine.connect(), OperationalError);
        CHECK(engine.pool().status().connect_errors == 1);
        CHECK(Clock::now() - start < 10s);
    });
}

TEST_CASE("what a hook throws while a connection is opened reaches the caller as it is") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    const auto sub = engine.listen<event::Connect>([](event::Connect&) { throw 42; });
    try {
        engine.connect();
        FAIL("no error");
    } catch (int thrown) {
        CHECK(thrown == 42);
    }
    CHECK(engine.pool().status().checked_out == 0);
}

TEST_CASE("while the database is known to be down callers are told at once, and when it is back they are served") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_connect_retries = 0});
    std::atomic<bool> down{true};
    const HookScope hooks(script);
    script->on_connect = [&] {
        if (down) throw_disconnect();
    };
    for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(engine.connect(), OperationalError);
    CHECK_THROWS_WITH_AS(engine.connect(), doctest::Contains("can't be reached since"), OperationalError);
    try {
        engine.connect();
        FAIL("no error");
    } catch (const DatabaseError& e) {
        CHECK(e.is_disconnect());
        CHECK(e.message().find("server closed the connection") != std::string::npos);
    }
    down = false;
    // Found by the pool itself: nobody asks meanwhile.
    wait_until([&] { return engine.pool().status().checked_in == 1; });
    CHECK_NOTHROW(engine.connect());
}

TEST_CASE("an outage ends every wait for a connection") {
    const auto script = std::make_shared<Script>();
    script->on_connect = [] { throw_disconnect(); };
    Engine engine = scripted_engine(script, {.pool_size = 1, .max_overflow = 0, .pool_timeout = 30s});
    std::atomic<int> told{0};
    in_parallel(20, [&](int) {
        try {
            engine.connect();
        } catch (const OperationalError&) {
            ++told;
        }
    });
    CHECK(told == 20);
    CHECK(engine.pool().status().checked_out == 0);
}

TEST_CASE("a server that has no place for more lets callers wait for those in use") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 5, .pool_timeout = 30s, .pool_connect_retries = 0});
    Connection held = engine.connect();
    std::atomic<int> refused{0};
    const HookScope hooks(script);
    script->on_connect = [&] {
        ++refused;
        throw_no_place();
    };
    std::thread waiter([&] { CHECK_NOTHROW(engine.connect()); });
    wait_until([&] { return refused >= 1; });
    held.close();
    waiter.join();
}

TEST_CASE("an engine that goes away leaves no thread behind, even while its database is down") {
    const auto script = std::make_shared<Script>();
    script->on_connect = [] { throw_disconnect(); };
    {
        Engine engine = scripted_engine(script, {.pool_connect_retries = 0, .pool_min_idle = 2});
        for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(engine.connect(), OperationalError);
        CHECK(background_threads() > 0);
    }
    const auto start = Clock::now();
    wait_until([] { return background_threads() == 0; });
    CHECK(Clock::now() - start < 1s);
}

TEST_CASE("while the pool is suspended callers wait, also when the database is known to be down") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_connect_retries = 0});
    script->on_connect = [] { throw_disconnect(); };
    const auto refused_at_once = [&] {
        try {
            engine.connect();
        } catch (const DatabaseError& e) {
            return e.message().find("is being tried in the background") != std::string::npos;
        }
        return false;
    };
    wait_until(refused_at_once);
    engine.pool().suspend();
    std::thread borrower([&] { CHECK(engine.connect().execute("SELECT").scalar<int>() == 1); });
    wait_until([&] { return engine.pool().status().waiters == 1; });
    script->on_connect = [] {};
    engine.pool().resume();
    borrower.join();
}
