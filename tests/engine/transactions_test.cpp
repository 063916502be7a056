// Acceptance list, "Transactions, savepoints, isolation".
#include "support/database.hpp"
#include "support/scripted.hpp"

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

void insert(Connection& c, int id) { c.execute("INSERT INTO items (id, name) VALUES (:id, 'item')", {{"id", id}}); }

int count(Connection& c) { return c.execute("SELECT count(*) FROM items").scalar<int>(); }

using Sql = std::vector<std::string>;

}  // namespace

TEST_CASE("Commit persists, rollback discards; three commits in a row on one connection") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        Connection c = engine.connect();
        for (int i = 1; i <= 3; ++i) {
            insert(c, i);
            c.commit();
            insert(c, 100 + i);
            c.rollback();
        }
        CHECK(count(c) == 3);
        CHECK(count_items(engine) == 3);
    });
}

TEST_CASE(
    "A savepoint block that throws is rolled back and leaves the outer transaction usable. Rolling back an inner "
    "savepoint drops only its rows") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        engine.begin([](Connection& c) {
            insert(c, 1);
            const auto fails = [&] {
                c.begin_nested([](Connection& n) {
                    insert(n, 2);
                    insert(n, 1);  // a duplicate, which fails the transaction on PostgreSQL
                });
            };
            CHECK_THROWS_AS(fails(), UniqueViolation);
            insert(c, 3);
            Transaction outer = c.begin_nested();
            insert(c, 4);
            {
                Transaction inner = c.begin_nested();
                CHECK(c.in_nested_transaction());
                insert(c, 5);
                inner.rollback();
                CHECK_FALSE(inner.is_active());
            }
            insert(c, 6);
            outer.commit();
            CHECK_FALSE(c.in_nested_transaction());
        });
        Connection c = engine.connect();
        CHECK(c.execute("SELECT id FROM items ORDER BY id").all<int>() == std::vector{1, 3, 4, 6});
    });
}

TEST_CASE("engine.begin commits on success; a plain connection does not commit by itself and rolls back at close") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        CHECK(engine.begin([](Connection& c) {
            insert(c, 1);
            return std::string("returned");
        }) == "returned");
        {
            Connection c = engine.connect();
            insert(c, 2);
        }
        CHECK(count_items(engine) == 1);
    });
}

TEST_CASE("commit() and rollback() without a transaction do nothing; begin twice is an error") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    Connection c = engine.connect();
    c.commit();
    c.rollback();
    CHECK(script->sql().empty());
    {
        Transaction t = c.begin();
        CHECK_THROWS_AS(c.begin(), InvalidRequestError);
        CHECK(t.is_active());
        t.commit();
        CHECK_THROWS_AS(t.commit(), InvalidRequestError);
        t.rollback();  // harmless
    }
    c.execute("INSERT");
    CHECK_THROWS_AS(c.begin(), InvalidRequestError);  // by its first statement
    c.rollback();
    { Transaction t = c.begin(); }
    CHECK(script->sql() == Sql{"BEGIN", "INSERT", "ROLLBACK"});
}

TEST_CASE(
    "Failing RELEASE or ROLLBACK TO: error, savepoint inactive, no second SQL; rolling back the root still works") {
    for (const bool release : {true, false}) {
        const auto script = std::make_shared<Script>();
        Engine engine = scripted_engine(script);
        script->on_run = [](const std::string& sql) {
            if (sql.starts_with("RELEASE") || sql.starts_with("ROLLBACK TO")) throw_syntax_error();
        };
        Connection c = engine.connect();
        {
            Transaction root = c.begin();
            Transaction nested = c.begin_nested();
            CHECK_THROWS_AS(release ? nested.commit() : nested.rollback(), ProgrammingError);
            CHECK_FALSE(nested.is_active());
            CHECK(root.is_active());
        }
        CHECK(script->sql() == Sql{"BEGIN", "SAVEPOINT sociable_2", "ROLLBACK"});
    }
}

TEST_CASE(
    "A commit that fails inside a scope: the original error is what the caller sees, and a failing rollback never "
    "hides the first error") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    script->on_run = [](const std::string& sql) {
        if (sql == "COMMIT") raise({.kind = ErrorKind::unique, .message = "late check"});
        if (sql == "ROLLBACK") throw_syntax_error();
    };
    CHECK_THROWS_AS(engine.begin([](Connection& c) { c.execute("INSERT"); }), UniqueViolation);
    const auto own = [&] {
        engine.begin([](Connection& c) {
            c.execute("INSERT");
            throw std::domain_error("mine");
        });
    };
    CHECK_THROWS_AS(own(), std::domain_error);
    CHECK(engine.pool().status().checked_out == 0);
    CHECK(script->open() == 0);  // a connection that can't be rolled back is not kept
}

TEST_CASE("On PostgreSQL, committing a transaction that already failed is an error, although the server answers OK") {
    on_each({Kind::postgresql}, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        Connection c = engine.connect();
        insert(c, 1);
        CHECK_THROWS_AS(insert(c, 1), UniqueViolation);
        CHECK_THROWS_WITH_AS(c.commit(), doctest::Contains("duplicate key"), PendingRollbackError);
        CHECK_THROWS_AS(c.execute("SELECT 1"), PendingRollbackError);
        c.rollback();
        CHECK(count(c) == 0);
        const auto swallowed = [&] {
            engine.begin([](Connection& scope) {
                insert(scope, 1);
                try {
                    insert(scope, 1);
                } catch (const UniqueViolation&) {
                }
            });
        };
        CHECK_THROWS_AS(swallowed(), PendingRollbackError);
        CHECK(count(c) == 0);
    });
}

TEST_CASE("AUTOCOMMIT: a row stays despite rollback. Switching the level inside a transaction is refused") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .max_overflow = 0});
        create_items(engine);
        {
            Connection c = engine.connect();
            insert(c, 1);
            CHECK_THROWS_AS(c.set_isolation_level(IsolationLevel::autocommit), InvalidRequestError);
            c.rollback();
            c.set_isolation_level(IsolationLevel::autocommit);
            CHECK(c.isolation_level() == IsolationLevel::autocommit);
            insert(c, 2);
            c.rollback();
            CHECK_THROWS_AS(c.begin_nested(), InvalidRequestError);
        }
        CHECK(count_items(engine) == 1);
        {
            Connection c = engine.connect();  // the level has ended with the return
            CHECK_FALSE(c.isolation_level().has_value());
            insert(c, 3);
        }
        CHECK(count_items(engine) == 1);
        Engine all = engine.with({.isolation_level = IsolationLevel::autocommit});
        insert(*std::make_unique<Connection>(all.connect()), 4);
        CHECK(count_items(engine) == 2);
        CHECK(all.pool().status().opened == engine.pool().status().opened);  // the same pool
    });
}

TEST_CASE(
    "A level set for one connection ends at its return; a level set for the engine applies to each new connection") {
    on_each({Kind::postgresql}, [](Database& database) {
        Engine engine =
            database.engine({.pool_size = 1, .max_overflow = 0, .isolation_level = IsolationLevel::repeatable_read});
        const auto level = [](Connection& c) { return c.execute("SHOW transaction_isolation").scalar<std::string>(); };
        {
            Connection c = engine.connect();
            CHECK(level(c) == "repeatable read");
            c.rollback();
            c.set_isolation_level(IsolationLevel::serializable);
            CHECK(level(c) == "serializable");
            c.invalidate();
            c.rollback();
            CHECK(level(c) == "serializable");  // also after a reconnect
        }
        Connection c = engine.connect();
        CHECK(level(c) == "repeatable read");
        c.rollback();
        Transaction t = c.begin({.isolation_level = IsolationLevel::read_committed});
        CHECK(level(c) == "read committed");
    });
    on_each({Kind::mysql}, [](Database& database) {  // which tells a transaction's level only by what it sees
        Engine engine = database.engine({.isolation_level = IsolationLevel::repeatable_read});
        create_items(engine);
        int next_id = 0;
        const auto sees_commits_of_others = [&](Connection& c) {
            const int before = count(c);
            engine.begin([&](Connection& other) { insert(other, ++next_id); });
            const int after = count(c);
            c.rollback();
            return after > before;
        };
        Connection c = engine.connect();
        CHECK_FALSE(sees_commits_of_others(c));
        c.set_isolation_level(IsolationLevel::read_committed);
        CHECK(sees_commits_of_others(c));
        CHECK(sees_commits_of_others(c));  // for each of the coming transactions
        c.close();
        c = engine.connect();
        CHECK_FALSE(sees_commits_of_others(c));
    });
}

TEST_CASE("An unknown level is an error that lists the valid ones") {
    CHECK_THROWS_WITH_AS(parse_isolation_level("SNAPSHOT"), doctest::Contains("REPEATABLE READ"), ArgumentError);
    on_each({Kind::sqlite}, [](Database& database) {
        CHECK_THROWS_WITH_AS(database.engine({.isolation_level = IsolationLevel::repeatable_read}),
                             doctest::Contains("SERIALIZABLE"), ArgumentError);
        Engine engine = database.engine();
        Connection c = engine.connect();
        CHECK_THROWS_AS(c.set_isolation_level(IsolationLevel::read_committed), ArgumentError);
        CHECK_THROWS_AS(c.begin({.isolation_level = IsolationLevel::read_committed}), ArgumentError);
        CHECK_THROWS_AS(c.begin({.isolation_level = IsolationLevel::autocommit}), ArgumentError);
        CHECK_THROWS_AS(engine.with({.isolation_level = IsolationLevel::read_committed}), ArgumentError);
        CHECK_FALSE(c.in_transaction());
    });
}

TEST_CASE("Custom per-connection settings are set by option and reset at return") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .max_overflow = 0});
        const bool sqlite = database.kind() == Kind::sqlite;
        const std::string name = sqlite                                ? "cache_size"
                                 : database.kind() == Kind::postgresql ? "statement_timeout"
                                                                       : "lock_wait_timeout";
        const auto value = [&](Connection& c) {
            const std::string sql = sqlite ? "SELECT cast(cache_size AS text) FROM pragma_cache_size"
                                    : database.kind() == Kind::postgresql
                                        ? "SELECT current_setting('statement_timeout')"
                                        : "SELECT cast(@@session.lock_wait_timeout AS char)";
            return c.execute(sql).scalar<std::string>();
        };
        std::string before;
        {
            Connection c = engine.connect();
            before = value(c);
        }
        {
            Connection c = engine.connect({.settings = {{name, "777"}}});
            CHECK(value(c).substr(0, 3) == "777");
            c.invalidate();
            c.rollback();
            CHECK(value(c).substr(0, 3) == "777");  // also after a reconnect
        }
        Connection c = engine.connect();
        CHECK(value(c) == before);
        CHECK(engine.pool().status().opened == 2);
        c.close();
        // A setting that is refused costs the connection, so that none of the others stays.
        CHECK_THROWS(engine.connect({.settings = {{name, "777"}, {"no_such_setting", "1"}}}));
        c = engine.connect();
        CHECK(value(c) == before);
    });
}

TEST_CASE("Leaving a scope by an exception of any type rolls back; the exception is the one that was thrown") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        const auto throws_int = [&] {
            engine.begin([](Connection& c) {
                insert(c, 1);
                throw 42;
            });
        };
        try {
            throws_int();
        } catch (int i) {
            CHECK(i == 42);
        }
        Connection c = engine.connect();
        const auto throws_nested = [&] {
            c.begin([](Connection& scope) {
                insert(scope, 1);
                throw std::string("text");
            });
        };
        CHECK_THROWS_AS(throws_nested(), std::string);
        CHECK_FALSE(c.in_transaction());
        CHECK(count(c) == 0);
    });
}

TEST_CASE("A scope whose transaction was ended inside it commits nothing of what came after") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        engine.begin([](Connection& c) {
            insert(c, 1);
            c.commit();  // allowed
        });
        const auto goes_on = [&] {
            engine.begin([](Connection& c) {
                c.commit();
                insert(c, 2);
                c.commit();
                insert(c, 3);
            });
        };
        CHECK_THROWS_AS(goes_on(), InvalidRequestError);
        CHECK(count_items(engine) == 2);
    });
}

TEST_CASE("A read-only transaction refuses to write, and the next one writes again") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1});
        create_items(engine);
        const auto write = [](Connection& c) { insert(c, 1); };
        CHECK_THROWS_AS(engine.begin(write, {.read_only = true}), DatabaseError);
        CHECK_THROWS_AS(engine.with({.read_only = true}).begin(write), DatabaseError);
        CHECK(engine.begin([](Connection& c) { return count(c); }, {.read_only = true}) == 0);
        engine.begin(write);
        CHECK(count_items(engine) == 1);
    });
}

TEST_CASE("SQLite: a transaction that writes first waits for the lock instead of failing later") {
    Database database(Kind::sqlite);
    Engine engine = database.engine({.sqlite = SqliteOptions{.busy_timeout = 0ms}});
    create_items(engine);
    Connection a = engine.connect(), b = engine.connect();
    insert(a, 1);
    CHECK_THROWS_AS(insert(b, 2), OperationalError);  // BEGIN IMMEDIATE
    b.rollback();
    CHECK(count(b) == 0);  // a reader is not kept out
    b.rollback();
    a.rollback();
    Transaction reader = a.begin({.sqlite_lock = SqliteLock::deferred});
    CHECK(count(a) == 0);
    insert(b, 2);
    b.commit();
    try {
        insert(a, 3);  // its snapshot is old by now
        FAIL("no error");
    } catch (const OperationalError& e) {
        CHECK(e.is_retryable());
    }
    reader.rollback();
    Transaction alone = a.begin({.sqlite_lock = SqliteLock::immediate});
    CHECK(count(a) == 1);
    CHECK_THROWS_AS(insert(b, 4), OperationalError);
}

TEST_CASE("a first statement whose value can't be sent has begun nothing, and the next one begins") {
    on_each({Kind::postgresql}, [](Database& database) {
        Engine engine = database.engine();
        Connection c = engine.connect();
        const std::string sql = "SELECT CAST(:v AS char(3))";
        for (int i = 0; i < 3; ++i) CHECK(c.execute(sql, {{"v", "abc"}}).scalar<std::string>() == "abc");
        c.rollback();
        CHECK_THROWS_AS(c.execute(sql, {{"v", std::string_view("a\0b", 3)}}), DataError);
        CHECK(c.execute(sql, {{"v", "def"}}).scalar<std::string>() == "def");
        c.commit();
    });
}
