#include "dialect/sqlite_fixture.hpp"

#include <sociable/errors/database_error.hpp>
#include <sociable/errors/error.hpp>

#include <doctest/doctest.h>

#include <cstring>

using namespace sociable;
using namespace std::chrono_literals;
using dialect::TransactionState;
using test::Connected;
using test::sqlite_file;

namespace {

// Two connections to one file that has a table `t (x)`; neither waits for locks.
struct Pair {
    test::TemporaryDirectory directory;
    Url url = sqlite_file(directory.file("x.db"));
    Connected a{url, {.busy_timeout = 0ms}};
    Connected b{url, {.busy_timeout = 0ms}};
    Pair() { a.driver->run("CREATE TABLE t (x)"); }
};

void check_busy(Connected& c, const std::string& sql) {
    try {
        c.driver->run(sql);
        FAIL("not busy");
    } catch (const OperationalError& e) {
        CHECK((e.native_code() & 0xff) == 5);
        CHECK(e.is_retryable());
        CHECK_FALSE(e.is_disconnect());
    }
}

}  // namespace

TEST_CASE("commit persists and rollback discards on SQLite, and the state is known") {
    Connected c;
    c.driver->run("CREATE TABLE t (x)");
    CHECK(c.driver->transaction_state() == TransactionState::idle);
    c.driver->begin({}, true);
    CHECK(c.driver->transaction_state() == TransactionState::active);
    c.driver->run("INSERT INTO t VALUES (1)");
    c.driver->commit();
    CHECK(c.driver->transaction_state() == TransactionState::idle);
    c.driver->begin({}, true);
    c.driver->run("INSERT INTO t VALUES (2)");
    c.driver->rollback();
    CHECK(c.driver->transaction_state() == TransactionState::idle);
    CHECK(c.texts("SELECT x FROM t") == std::vector<std::string>{"1"});
}

TEST_CASE("a SQLite transaction that writes first takes the write lock when it begins") {
    Pair p;
    p.a.driver->begin({}, true);
    check_busy(p.b, "INSERT INTO t VALUES (1)");
    p.a.driver->rollback();

    p.a.driver->begin({}, false);
    p.b.driver->run("INSERT INTO t VALUES (1)");
    p.a.driver->rollback();
}

TEST_CASE("SQLite's lock can be chosen for a transaction") {
    Pair p;
    p.a.driver->begin({.sqlite_lock = SqliteLock::immediate}, false);
    check_busy(p.b, "INSERT INTO t VALUES (1)");
    p.a.driver->rollback();
    p.a.driver->begin({.sqlite_lock = SqliteLock::exclusive}, false);
    check_busy(p.b, "INSERT INTO t VALUES (1)");
    p.a.driver->rollback();
    p.a.driver->begin({.sqlite_lock = SqliteLock::deferred}, true);
    p.b.driver->run("INSERT INTO t VALUES (1)");
    p.a.driver->rollback();
}

TEST_CASE("a busy SQLite is a retryable error, also for begin and for a read that wants to write") {
    Pair p;
    p.a.driver->begin({}, true);
    CHECK_THROWS_AS(p.b.driver->begin({}, true), OperationalError);
    CHECK(p.b.driver->transaction_state() == TransactionState::idle);
    p.b.driver->begin({}, false);
    CHECK(p.b.text("SELECT count(*) FROM t") == "0");
    p.a.driver->run("INSERT INTO t VALUES (1)");
    p.a.driver->commit();
    try {  // what it has read is no longer the newest
        p.b.text("INSERT INTO t VALUES (2)");
        FAIL("not busy");
    } catch (const OperationalError& e) {
        CHECK(e.native_code() == 517);
        CHECK(e.is_retryable());
    }
    p.b.driver->rollback();
    p.b.driver->run("INSERT INTO t VALUES (2)");
}

TEST_CASE("a read-only transaction on SQLite can't write, and the next one can") {
    Pair p;
    for (const bool commits : {true, false}) {
        p.a.driver->begin({.read_only = true}, true);
        p.b.driver->run("INSERT INTO t VALUES (1)");  // it has no write lock
        CHECK_THROWS_AS(p.a.driver->run("INSERT INTO t VALUES (2)"), OperationalError);
        commits ? p.a.driver->commit() : p.a.driver->rollback();
        p.a.driver->run("INSERT INTO t VALUES (3)");
    }
    p.a.driver->begin({.read_only = true}, false);
    p.a.driver->run("ROLLBACK");  // behind the driver's back
    p.a.driver->begin({}, true);
    p.a.driver->run("INSERT INTO t VALUES (4)");
    p.a.driver->commit();
}

TEST_CASE("READ UNCOMMITTED lasts for one SQLite transaction") {
    Connected c;
    c.driver->begin({.isolation_level = IsolationLevel::read_uncommitted}, false);
    CHECK(c.text("PRAGMA read_uncommitted") == "1");
    c.driver->commit();
    CHECK(c.text("PRAGMA read_uncommitted") == "0");
}

TEST_CASE("a SQLite transaction at a level that there isn't, or at AUTOCOMMIT, is an ArgumentError") {
    Connected c;
    CHECK_THROWS_AS(c.driver->begin({.isolation_level = IsolationLevel::read_committed}, true), ArgumentError);
    CHECK_THROWS_AS(c.driver->begin({.isolation_level = IsolationLevel::autocommit}, true), ArgumentError);
    CHECK(c.driver->transaction_state() == TransactionState::idle);
}

TEST_CASE("rolling back what SQLite has rolled back itself is no error, committing it is") {
    Connected c;
    c.driver->run("CREATE TABLE t (x UNIQUE); INSERT INTO t VALUES (1)");
    c.driver->begin({}, true);
    CHECK_THROWS_AS(c.driver->run("INSERT OR ROLLBACK INTO t VALUES (1)"), UniqueViolation);
    CHECK(c.driver->transaction_state() == TransactionState::idle);
    CHECK_THROWS_AS(c.driver->commit(), DatabaseError);
    c.driver->rollback();
}

TEST_CASE("run executes every statement of a SQLite text, and stops at the first error") {
    Connected c;
    c.driver->run("CREATE TABLE t (x); INSERT INTO t VALUES (1); SELECT * FROM t; INSERT INTO t VALUES (2);");
    CHECK_THROWS_AS(c.driver->run("INSERT INTO t VALUES (3); nonsense; INSERT INTO t VALUES (4)"), ProgrammingError);
    CHECK(c.texts("SELECT x FROM t") == std::vector<std::string>{"1", "2", "3"});
    c.driver->run("");
    CHECK_THROWS_AS(c.driver->run(std::string("DELETE FROM t\0 WHERE x = 1", 26)), ArgumentError);
    CHECK(c.text("SELECT count(*) FROM t") == "3");
}

TEST_CASE("a SQLite connection is alive") {
    Connected c;
    CHECK(c.driver->looks_alive());
    c.driver->ping(std::chrono::seconds(1));
}

TEST_CASE("SQLite's temporary tables, attached databases and changed pragmas are not seen by the next borrower") {
    const test::TemporaryDirectory directory;
    Connected c(sqlite_file(directory.file("x.db")), {.throughput = true});
    c.driver->run(
        "CREATE TABLE t (x); CREATE TEMP TABLE \"odd \"\" name\" (id INTEGER PRIMARY KEY AUTOINCREMENT);"
        "CREATE TEMP VIEW v AS SELECT * FROM t;"
        "CREATE TEMP TRIGGER g AFTER INSERT ON main.t BEGIN SELECT raise(abort, 'left over'); END;"
        "ATTACH ':memory:' AS \"an \"\"other\"");
    for (const char* pragma :
         {"foreign_keys = OFF", "synchronous = OFF", "cache_size = 5", "busy_timeout = 1", "read_uncommitted = ON",
          "recursive_triggers = OFF", "temp_store = FILE", "case_sensitive_like = ON", "query_only = ON"})
        c.driver->run(std::string("PRAGMA ") + pragma);
    c.driver->begin({.read_only = true}, false);

    c.driver->reset_session();

    CHECK(c.driver->transaction_state() == TransactionState::idle);
    CHECK(c.text("SELECT count(*) FROM sqlite_temp_master") == "0");
    CHECK(c.texts("SELECT name FROM pragma_database_list WHERE name <> 'temp'") == std::vector<std::string>{"main"});
    CHECK(c.text("PRAGMA foreign_keys") == "1");
    CHECK(c.text("PRAGMA synchronous") == "1");
    CHECK(c.text("PRAGMA cache_size") == "10000");
    CHECK(c.text("PRAGMA busy_timeout") == "5000");
    CHECK(c.text("PRAGMA read_uncommitted") == "0");
    CHECK(c.text("PRAGMA temp_store") == "2");
    CHECK(c.text("SELECT 'a' LIKE 'A'") == "1");
    c.driver->run("INSERT INTO t VALUES (1)");
}

TEST_CASE("SQLite's exclusive locking mode ends with the borrower") {
    for (const bool wal : {true, false}) {
        CAPTURE(wal);
        const test::TemporaryDirectory directory;
        const Url url = sqlite_file(directory.file("x.db"));
        const SqliteOptions options{.wal = wal, .busy_timeout = 0ms};
        Connected a(url, options);
        a.driver->run("CREATE TABLE t (x); PRAGMA locking_mode = EXCLUSIVE; INSERT INTO t VALUES (1)");
        CHECK_THROWS_AS(Connected(url, options).text("SELECT x FROM t"), OperationalError);
        a.driver->reset_session();
        CHECK(Connected(url, options).text("SELECT x FROM t") == "1");
    }
}

TEST_CASE("a SQLite setting is set and put back") {
    Connected c;
    c.driver->set("cache_size", "-777");
    CHECK(c.text("PRAGMA cache_size") == "-777");
    c.driver->restore("CACHE_SIZE");
    CHECK(c.text("PRAGMA cache_size") == "-2000");

    const std::string before = c.text("PRAGMA journal_size_limit");  // not among those that are read when connecting
    c.driver->set("journal_size_limit", "4096");
    c.driver->set("Journal_Size_Limit", "8192");
    CHECK(c.text("PRAGMA journal_size_limit") == "8192");
    c.driver->restore("journal_size_limit");
    CHECK(c.text("PRAGMA journal_size_limit") == before);
    c.driver->set("journal_size_limit", "4096");
    c.driver->reset_session();
    CHECK(c.text("PRAGMA journal_size_limit") == before);
}

TEST_CASE("nothing can be smuggled in through a SQLite setting, and none is silently ignored") {
    Connected c;
    c.driver->run("CREATE TABLE t (x)");
    CHECK_THROWS_AS(c.driver->set("cache_size = 1; DROP TABLE t; --", "1"), ArgumentError);
    CHECK_THROWS_AS(c.driver->set("", "1"), ArgumentError);
    CHECK_THROWS_AS(c.driver->set("no_such_pragma", "1"), ArgumentError);
    CHECK_THROWS_AS(c.driver->set("cache_size", std::string("1\0", 2)), ArgumentError);
    c.driver->set("cache_size", "1'; DROP TABLE t; --");
    CHECK(c.text("SELECT count(*) FROM t") == "0");
}
