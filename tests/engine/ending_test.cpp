// Acceptance list, "Ending".
#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"

#include <sys/wait.h>
#include <unistd.h>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

TEST_CASE(
    "dispose() closes the idle ones and lets those in use finish; what returns later is closed, and the counters "
    "never go negative") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 3});
    Connection used = engine.connect();
    { Connection a = engine.connect(), b = engine.connect(); }
    engine.dispose();
    CHECK(script->open() == 1);
    used.execute("SELECT");
    used.commit();
    CHECK(engine.pool().status().checked_out == 1);
    Connection fresh = engine.connect();
    CHECK(fresh.connection_id() != used.connection_id());
    used.close();
    CHECK(script->open() == 1);
    PoolStatus s = engine.pool().status();
    CHECK(s.checked_out == 1);
    CHECK(s.checked_in == 0);
    fresh.close();
    s = engine.pool().status();
    CHECK(s.checked_out == 0);
    CHECK(s.checked_in == 1);
}

TEST_CASE("dispose(drain_timeout) waits for those in use") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    Connection used = engine.connect();
    CHECK_FALSE(engine.dispose(20ms));
    Door disposing;
    std::atomic<bool> back{false};
    std::thread holder([&, c = std::move(used)]() mutable {
        disposing.pass();
        back = true;
        c.close();
    });
    engine.listen<event::Close>([&](const event::Close&) { disposing.open(); }).release();
    engine.connect().close();  // an idle one, whose closing shows that the disposal is under way
    const auto start = std::chrono::steady_clock::now();
    CHECK(engine.dispose(30s));
    CHECK(back);
    CHECK(std::chrono::steady_clock::now() - start < 10s);  // woken, not at the end of its time
    holder.join();
    CHECK(engine.pool().status().checked_out == 0);
    CHECK(engine.dispose(0ms));
}

TEST_CASE("Waiters are woken with an error that says the engine was disposed") {
    Engine engine =
        scripted_engine(std::make_shared<Script>(), {.pool_size = 1, .max_overflow = 0, .pool_timeout = 30s});
    Connection held = engine.connect();
    std::string text;
    std::thread waiter([&] {
        try {
            engine.connect();
        } catch (const ResourceClosedError& e) {
            text = e.what();
        }
    });
    wait_until([&] { return engine.pool().status().waiters == 1; });
    engine.dispose();
    waiter.join();
    CHECK(text.find("disposed") != std::string::npos);
    held.close();
    engine.connect();  // it stays usable
}

TEST_CASE("After fork() the child uses no connection of the parent's, and the parent's go on working") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine({.pool_size = 2});
        create_items(engine);
        Connection held = engine.connect();
        held.execute("INSERT INTO items (id) VALUES (1)");
        const std::string held_id = Database::server_id(held);
        { Connection idle = engine.connect(); }

        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            int result = 1;
            try {
                // One of its own, and the parent's are neither used nor closed, whatever the child does with them.
                Connection own = engine.connect();
                if (Database::server_id(own) != held_id && own.execute("SELECT count(*) FROM items").scalar<int>() == 0)
                    result = 0;
                own.close();
                held.close();
                engine.dispose();
                engine = scripted_engine(std::make_shared<Script>());
            } catch (...) {
            }
            _exit(result);
        }
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == 0);

        CHECK(Database::server_id(held) == held_id);
        held.commit();
        CHECK(count_items(engine) == 1);
        CHECK(engine.pool().status().opened == 2);
    });
}

TEST_CASE("Destroying the last handle of an engine while connections are out is safe, in any order of destruction") {
    on_each(all_kinds, [](Database& database) {
        std::optional<Engine> engine(database.engine());
        create_items(*engine);
        std::optional<Connection> connection(engine->connect());
        std::optional<Session> session(*engine);
        std::optional<Result> rows(connection->stream("SELECT 1"));
        std::optional<Transaction> savepoint(connection->begin_nested());
        Subscription subscription = engine->listen<event::Checkin>([](const event::Checkin&) {});
        SUBCASE("engine first") { engine.reset(); }
        SUBCASE("connection first") { connection.reset(); }
        SUBCASE("all but the result") {
            engine.reset();
            savepoint.reset();
            connection.reset();
            session.reset();
            subscription.reset();
        }
        SUBCASE("all but the savepoint") {
            engine.reset();
            rows.reset();
            connection.reset();
            CHECK_FALSE(savepoint->is_active());
        }
        if (connection) CHECK(connection->execute("SELECT 2").scalar<int>() == 2);
        if (session) CHECK(session->execute("SELECT 3").scalar<int>() == 3);
    });
}

TEST_CASE("Engines made and destroyed while threads use them are safe") {
    const auto script = std::make_shared<Script>();
    for (int round = 0; round < 50; ++round) {
        std::optional<Engine> engine(scripted_engine(script, {.pool_size = 2}));
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([own = *engine]() mutable {
                for (int j = 0; j < 20; ++j) own.begin([](Connection& c) { c.execute("INSERT"); });
            });
        engine.reset();
        for (std::thread& thread : threads) thread.join();
    }
    CHECK(script->open() == 0);
}

TEST_CASE("A result without rows may outlive its connection") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        const Result result =
            engine.begin([](Connection& c) { return c.execute("INSERT INTO items VALUES (1, 'x')"); });
        CHECK(result.affected_rows() == 1);
    });
}

TEST_CASE("the time that answers have at the end of a connection is not the next borrower's") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1});
    for (const bool commits : {true, false}) {
        Connection c = engine.connect();
        c.execute("INSERT");
        bool limited = false;
        const auto sub = engine.listen<event::Reset>([&](const event::Reset&) { limited = script->limits_answers; });
        if (commits) c.commit();
        c.close();
        CHECK(limited);
        CHECK_FALSE(script->limits_answers);
    }
}
