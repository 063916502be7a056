// What must ask a database: once for all who want to know, and nobody waits longer than database_timeout.
#include "support/database.hpp"
#include "support/tcp_proxy.hpp"
#include "support/threads.hpp"

#include <sociable/monitor/monitor_handler.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <thread>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

int status(const MonitorHandler& handler, std::string_view path) { return handler({.target = path}).status; }

}  // namespace

TEST_CASE("all who ask within a time share one answer of the database") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        const MonitorHandler handler(engine, {.database_timeout = 60s, .database_max_age = 1h});
        in_parallel(8, [&](int) {
            for (int i = 0; i < 20; ++i) CHECK(status(handler, "/health/ready") == 200);
        });
        CHECK(status(handler, "/health/detailed") != 500);
        CHECK(status(handler, "/metrics") == 200);
        CHECK(engine.pool().status().checkouts == 2);  // a round trip, and what the server sees
    });
}

TEST_CASE("with a maximum age of zero each one who asks is answered anew") {
    Database database(Kind::sqlite);
    Engine engine = database.engine();
    const MonitorHandler handler(engine, {.database_timeout = 60s, .database_max_age = 0ms});
    for (int i = 0; i < 3; ++i) CHECK(status(handler, "/health/database") == 200);
    CHECK(engine.pool().status().checkouts == 6);
    for (const bool suspended : {true, false, true, false}) {
        suspended ? engine.pool().suspend() : engine.pool().resume();
        CHECK(status(handler, "/health/ready") == (suspended ? 503 : 200));
    }
}

TEST_CASE(
    "while a database doesn't answer, who asks waits once for the timeout, others are told at once; then it is well again") {
    on_each(servers, [](Database& database) {
        TcpProxy proxy(*database.url().port());
        Engine engine = create_engine(database.url().with_host("127.0.0.1", static_cast<std::uint16_t>(proxy.port())),
                                      {.pool_ping_timeout = 60s, .connect_timeout = 60s});
        const MonitorHandler handler(engine, {.health = {.round_trip_warning = 60s, .round_trip_error = 60s},
                                              .database_timeout = 500ms,
                                              .database_max_age = 0ms});
        wait_until([&] { return status(handler, "/health/ready") == 200; });  // connecting takes time as well
        proxy.black_hole = true;
        const auto asked = Clock::now();
        CHECK(status(handler, "/health/ready") == 503);
        CHECK(Clock::now() - asked >= 250ms);  // it may have been asked a moment before
        std::atomic<int> answered{0};
        const auto again = Clock::now();
        in_parallel(8, [&](int) {
            for (int i = 0; i < 100; ++i) answered += status(handler, "/health/database") == 503;
        });
        CHECK(answered == 800);
        CHECK(Clock::now() - again < 800 * 500ms / 8 / 4);  // a quarter of what waiting each time would take
        CHECK(status(handler, "/health") == 200);
        CHECK(handler({.target = "/health/database"}).body.find("did not answer within 500 ms") != std::string::npos);
        proxy.black_hole = false;
        proxy.close_all();  // what was swallowed never arrives
        wait_until([&] { return status(handler, "/health/ready") == 200; });
    });
}

TEST_CASE("a handler may end while its database is being asked") {
    Database database(Kind::postgresql);
    TcpProxy proxy(*database.url().port());
    {
        const MonitorHandler handler(
            create_engine(database.url().with_host("127.0.0.1", static_cast<std::uint16_t>(proxy.port())),
                          {.pool_ping_timeout = 60s}),
            {.database_timeout = 1ms});
        proxy.black_hole = true;
        CHECK(status(handler, "/health/ready") == 503);
    }
    proxy.close_all();
}

TEST_CASE("health judges by the last minute, not by what was long ago") {
    Database database(Kind::sqlite);
    Engine engine = database.engine({.pool_size = 1, .max_overflow = 0, .pool_timeout = 0ms});
    {
        Connection held = engine.connect();
        CHECK_THROWS_AS(engine.connect(), TimeoutError);
    }
    // Without an earlier reading the timeout would count.
    const MonitorHandler handler(engine, {.database_timeout = 60s});
    wait_until([&] { return handler({.target = "/pool/status"}).body.find("\"in_use\":[0") != std::string::npos; });
    const std::string body = handler({.target = "/health/pool"}).body;
    CHECK(body.find("gave up waiting") == std::string::npos);
    CHECK(body.find("\"status\":\"healthy\"") != std::string::npos);
}

TEST_CASE("a crowd in front of the pool is no reason to take the database for dead") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .max_overflow = 0, .pool_timeout = 60s});
        // Whoever waits has the connection as soon as the round trip has given it back.
        std::optional<Connection> taken;
        std::thread taker;
        std::atomic<bool> begun{false}, started{false};
        const Subscription taking = engine.listen<event::Checkin>([&](const event::Checkin&) {
            if (begun.exchange(true)) return;
            taker = std::thread([&] { taken.emplace(engine.connect()); });
            wait_until([&] { return engine.pool().status().waiters == 1; });
            started = true;
        });
        const MonitorHandler handler(engine, {.health = {.round_trip_warning = 60s, .round_trip_error = 60s},
                                              .database_timeout = 60s,
                                              .database_max_age = 1h});
        CHECK(status(handler, "/health/ready") == 200);
        wait_until([&] { return started.load(); });
        taker.join();
        const std::string body = handler({.target = "/health/database"}).body;
        CHECK(body.find("\"answers\":true") != std::string::npos);
        CHECK(body.find("\"server\":null") != std::string::npos);
    });
}

TEST_CASE("the monitor's own uses of connections are no samples for advice") {
    Database database(Kind::sqlite);
    Engine engine = database.engine();
    const MonitorHandler handler(engine,
                                 {.advice = {.min_period = 0ms}, .database_timeout = 60s, .database_max_age = 0ms});
    for (int i = 0; i < 120; ++i) CHECK(status(handler, "/health/ready") == 200);
    CHECK(handler({.target = "/pool/advice"}).body.find("\"enough_samples\":false") != std::string::npos);
    for (int i = 0; i < 120; ++i) engine.connect().execute("SELECT 1");
    CHECK(handler({.target = "/pool/advice"}).body.find("\"enough_samples\":true") != std::string::npos);
}

TEST_CASE("a child of the process may let go of a handler, whatever its parent's threads are doing") {
    Database database(Kind::sqlite);
    std::optional<MonitorHandler> handler(std::in_place, database.engine(), MonitorOptions{.database_max_age = 0ms});
    std::atomic<bool> done{false};
    std::thread asking([&, copy = *handler] {
        while (!done) status(copy, "/health/ready");
    });
    for (int i = 0; i < 20; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            alarm(60);
            handler.reset();
            _exit(0);
        }
        int result = 0;
        waitpid(child, &result, 0);
        CHECK(result == 0);
    }
    done = true;
    asking.join();
}
