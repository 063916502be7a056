#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

[[noreturn]] void throw_serialization_failure() {
    raise(
        {.kind = ErrorKind::operational, .message = "could not serialize", .sqlstate = "40001", .is_retryable = true});
}

constexpr RetryOptions quick{.attempts = 5, .backoff = 0ms};

}  // namespace

TEST_CASE("run_transaction commits and returns what the function returns") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    const std::string result = engine.run_transaction([](Connection& c) {
        c.execute("INSERT");
        return std::string("done");
    });
    CHECK(result == "done");
    engine.run_transaction([](Connection&) {});
    CHECK(script->sql() == std::vector<std::string>{"BEGIN", "INSERT", "COMMIT"});
}

TEST_CASE(
    "run_transaction runs the whole function again after a serialization failure, a deadlock, a lost connection") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    int runs = 0;
    script->on_execute = [&](const std::string& sql) {
        if (sql != "UPDATE") return;
        if (runs == 1) throw_serialization_failure();
        if (runs == 2) throw_disconnect();
    };
    engine.run_transaction(
        [&](Connection& c) {
            ++runs;
            c.execute("SELECT 1");
            c.execute("UPDATE");
        },
        quick);
    CHECK(runs == 3);
    CHECK(script->sql() == std::vector<std::string>{"BEGIN", "SELECT 1", "ROLLBACK",  // the second lost its connection
                                                    "BEGIN", "SELECT 1",              //
                                                    "BEGIN", "SELECT 1", "UPDATE", "COMMIT"});
    CHECK(engine.pool().status().checked_out == 0);
}

TEST_CASE("run_transaction runs again when the commit itself is refused as not serializable") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    int runs = 0;
    script->on_run = [&](const std::string& sql) {
        if (sql == "COMMIT" && runs == 1) throw_serialization_failure();
    };
    engine.run_transaction(
        [&](Connection& c) {
            ++runs;
            c.execute("UPDATE");
        },
        quick);
    CHECK(runs == 2);
}

TEST_CASE("run_transaction never runs again when nobody knows whether the commit has worked") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    int runs = 0;
    script->on_run = [&](const std::string& sql) {
        if (sql == "COMMIT") throw_disconnect();
    };
    try {
        engine.run_transaction(
            [&](Connection& c) {
                ++runs;
                c.execute("UPDATE");
            },
            quick);
        FAIL("no error");
    } catch (const CommitOutcomeUnknown& e) {
        CHECK(e.is_disconnect());
        CHECK_FALSE(e.is_retryable());
        CHECK(e.message().find("may have been committed or not") != std::string::npos);
    }
    CHECK(runs == 1);
}

TEST_CASE("a commit is not sent on a connection that is known to be dead, so that its transaction can be run again") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    int runs = 0;
    engine.run_transaction(
        [&](Connection& c) {
            c.execute("UPDATE");
            script->looks_alive = ++runs > 1;
        },
        quick);
    CHECK(runs == 2);
    CHECK(script->sql() == std::vector<std::string>{"BEGIN", "UPDATE", "BEGIN", "UPDATE", "COMMIT"});
}

TEST_CASE("a transaction that only reads may be run again even when its commit was lost") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    int runs = 0;
    script->on_run = [&](const std::string& sql) {
        if (sql == "COMMIT" && runs == 1) throw_disconnect();
    };
    engine.run_transaction(
        [&](Connection& c) {
            ++runs;
            c.execute("SELECT 1");
        },
        quick, {.read_only = true});
    CHECK(runs == 2);
}

TEST_CASE("run_transaction gives up after its attempts, and at once for any other error") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    int runs = 0;
    CHECK_THROWS_AS(engine.run_transaction(
                        [&](Connection&) {
                            ++runs;
                            throw_serialization_failure();
                        },
                        {.attempts = 3, .backoff = 0ms}),
                    OperationalError);
    CHECK(runs == 3);
    runs = 0;
    CHECK_THROWS_AS(engine.run_transaction([&](Connection&) {
        ++runs;
        throw_syntax_error();
    }),
                    ProgrammingError);
    CHECK_THROWS_AS(engine.run_transaction([&](Connection&) {
        ++runs;
        throw std::logic_error("the user's own");
    }),
                    std::logic_error);
    CHECK(runs == 2);
}

TEST_CASE("run_transaction refuses what it can't do, and says what would be right") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    const auto nothing = [](Connection&) {};
    CHECK_THROWS_WITH_AS(engine.run_transaction(nothing, {.attempts = 0}), doctest::Contains("attempts is 0"),
                         ArgumentError);
    CHECK_THROWS_WITH_AS(engine.run_transaction(nothing, {.backoff = -1ms}), doctest::Contains("backoff"),
                         ArgumentError);
    CHECK_THROWS_WITH_AS(engine.run_transaction(nothing, {.backoff = 2s, .max_backoff = 1s}),
                         doctest::Contains("max_backoff"), ArgumentError);
    CHECK_THROWS_AS(engine.with({.isolation_level = IsolationLevel::autocommit}).run_transaction(nothing),
                    InvalidRequestError);
}

TEST_CASE("transactions that get into each other's way all end well") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine(database.kind() == Kind::sqlite
                                            ? EngineOptions{.pool_class = PoolClass::queue}
                                            : EngineOptions{.isolation_level = IsolationLevel::serializable});
        engine.begin([](Connection& c) {
            c.execute("DROP TABLE IF EXISTS run_counter");
            c.execute("CREATE TABLE run_counter (id integer PRIMARY KEY, n integer NOT NULL)");
            c.execute("INSERT INTO run_counter VALUES (1, 0)");
        });
        in_parallel(4, [&](int) {
            for (int i = 0; i < 10; ++i)
                engine.run_transaction(
                    [](Connection& c) {
                        const auto n = c.execute("SELECT n FROM run_counter WHERE id = 1").scalar<int>();
                        c.execute("UPDATE run_counter SET n = :n WHERE id = 1", {{"n", n + 1}});
                    },
                    {.attempts = 1000, .backoff = 1ms});
        });
        CHECK(engine.connect().execute("SELECT n FROM run_counter").scalar<int>() == 40);
        engine.begin([](Connection& c) { c.execute("DROP TABLE run_counter"); });
    });
}

TEST_CASE("run_transaction never runs again what is committed, whatever the return of the connection throws") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    const auto sub =
        engine.listen<event::Checkin>([](const event::Checkin&) { throw_serialization_failure(); }, {.once = true});
    int runs = 0;
    CHECK_THROWS_AS(engine.run_transaction([&](Connection&) { ++runs; }, quick), OperationalError);
    CHECK(runs == 1);
}
