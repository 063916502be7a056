#include "dialect/mysql_fixture.hpp"

#include <chrono>

using namespace sociable;
using namespace sociable::test;
using dialect::TransactionState;

TEST_CASE("MariaDB: the transaction's state is known without a round trip") {
    MysqlConnected db;
    CHECK(db.driver->transaction_state() == TransactionState::idle);
    db.driver->begin({}, true);
    CHECK(db.driver->transaction_state() == TransactionState::active);
    db.value("SELECT 1");
    CHECK(db.driver->transaction_state() == TransactionState::active);
    db.driver->commit();
    CHECK(db.driver->transaction_state() == TransactionState::idle);
    db.driver->begin({}, true);
    db.driver->rollback();
    CHECK(db.driver->transaction_state() == TransactionState::idle);
    db.session.begin();
    CHECK(db.driver->transaction_state() == TransactionState::active);
    db.session.rollback();
    CHECK(db.driver->transaction_state() == TransactionState::idle);
}

TEST_CASE("MariaDB: a transaction begins with its isolation level, for itself only, and read only") {
    MysqlConnected db;
    db.driver->run("CREATE TEMPORARY TABLE t (v INT)");
    const std::string table = unique_name("read_only");
    db.driver->run("CREATE OR REPLACE TABLE " + table + " (v INT)");
    db.driver->begin({.isolation_level = IsolationLevel::read_committed, .read_only = true}, false);
    const auto error = error_of([&] { db.driver->run("INSERT INTO " + table + " VALUES (1)"); });
    CHECK(error.native_code == 1792);
    CHECK(error.sqlstate == "25006");
    db.driver->rollback();
    db.driver->run("INSERT INTO " + table + " VALUES (1)");

    // Another connection's insert shows up within a READ COMMITTED transaction, and not within REPEATABLE READ.
    MysqlConnected other;
    const auto seen_after_insert = [&](IsolationLevel level) {
        db.driver->begin({.isolation_level = level}, false);
        const std::string before = db.value("SELECT COUNT(*) FROM " + table);
        other.driver->run("INSERT INTO " + table + " VALUES (2)");
        const bool seen = db.value("SELECT COUNT(*) FROM " + table) != before;
        db.driver->commit();
        return seen;
    };
    CHECK(seen_after_insert(IsolationLevel::read_committed));
    CHECK_FALSE(seen_after_insert(IsolationLevel::repeatable_read));
    CHECK(db.value("SELECT @@session.tx_isolation") == "text REPEATABLE-READ");
    db.driver->run("DROP TABLE " + table);
}

TEST_CASE("MariaDB: after a deadlock only a rollback makes sense, and the state says so") {
    MysqlConnected first;
    MysqlConnected second;
    const std::string table = unique_name("deadlock");
    first.driver->run("CREATE OR REPLACE TABLE " + table + " (id INT PRIMARY KEY, v INT) ENGINE = InnoDB");
    first.driver->run("INSERT INTO " + table + " VALUES (1, 0), (2, 0), (3, 0)");
    const auto update = [&](MysqlConnected& db, int id) {
        db.driver->run("UPDATE " + table + " SET v = v + 1 WHERE id = " + std::to_string(id));
    };
    first.driver->begin({}, true);
    second.driver->begin({}, true);
    update(first, 1);
    update(first, 3);
    update(second, 2);
    // The first waits for the second's row; it is sent without waiting for the answer.
    MYSQL* waiting = dialect::mysql_handle(first.session);
    const std::string blocked = "UPDATE " + table + " SET v = v + 1 WHERE id = 2";
    REQUIRE(mysql_send_query(waiting, blocked.data(), static_cast<unsigned long>(blocked.size())) == 0);
    const auto error = error_of([&] { update(second, 1); });
    CHECK(error.native_code == 1213);
    CHECK(error.sqlstate == "40001");
    CHECK(error.kind == ErrorKind::operational);
    CHECK(error.is_retryable);
    CHECK_FALSE(error.is_disconnect);
    CHECK(second.driver->transaction_state() == TransactionState::failed);
    second.driver->rollback();
    CHECK(second.driver->transaction_state() == TransactionState::idle);
    second.driver->begin({}, true);
    CHECK(second.driver->transaction_state() == TransactionState::active);
    second.driver->rollback();
    REQUIRE(mysql_read_query_result(waiting) == 0);
    first.driver->commit();
    first.driver->run("DROP TABLE " + table);
}

TEST_CASE("MariaDB: a connection that was killed no longer looks alive, and a ping or a statement is a disconnect") {
    {
        MysqlConnected db;
        CHECK(db.driver->looks_alive());
        CHECK_NOTHROW(db.driver->ping(std::chrono::seconds(1)));
        CHECK(db.driver->looks_alive());
        kill_connection(db);
        CHECK_FALSE(db.driver->looks_alive());
        CHECK(error_of([&] { db.driver->ping(std::chrono::seconds(1)); }).is_disconnect);
        CHECK(db.driver->transaction_state() == TransactionState::lost);
        CHECK_FALSE(db.driver->looks_alive());
    }
    {
        MysqlConnected db;
        const auto statement = db.prepare("SELECT 1");
        db.driver->begin({}, true);
        kill_connection(db);
        const auto error = error_of([&] { statement->execute({}, false); });
        CHECK(error.is_disconnect);
        CHECK(error.kind == ErrorKind::operational);
        CHECK(db.driver->transaction_state() == TransactionState::lost);
        CHECK(error_of([&] { statement->execute({}, true); }).is_disconnect);
        CHECK(error_of([&] { db.driver->commit(); }).is_disconnect);
        CHECK(error_of([&] { db.prepare("SELECT 2"); }).is_disconnect);
        CHECK(error_of([&] { db.driver->reset_session(); }).is_disconnect);
    }
    {
        MysqlConnected db;
        kill_connection(db);
        CHECK_THROWS(db.session.begin());
        CHECK(db.driver->transaction_state() == TransactionState::lost);
    }
}

TEST_CASE("MariaDB: a connection that is out of step is of no use any more, and no reason to leave the others") {
    MysqlConnected db;
    MYSQL* native = dialect::mysql_handle(db.session);
    REQUIRE(mysql_query(native, "SELECT 1") == 0);  // whose row nobody reads
    const auto error = error_of([&] { db.driver->run("DO 0"); });
    CHECK(error.native_code == 2014);
    CHECK_FALSE(error.is_disconnect);
    CHECK(db.driver->transaction_state() == TransactionState::lost);
    CHECK_FALSE(db.driver->looks_alive());
}

TEST_CASE("MariaDB: a connection killed in the middle of a stream is a disconnect") {
    MysqlConnected db;
    const auto stream = db.prepare("SELECT REPEAT('x', 10000) FROM seq_1_to_10000000");
    stream->execute({}, true);
    REQUIRE(stream->fetch());
    MysqlConnected killer;
    killer.driver->run("KILL " + db.id());
    const auto error = error_of([&] {
        while (stream->fetch()) {
        }
    });
    CHECK(error.is_disconnect);
    CHECK(db.driver->transaction_state() == TransactionState::lost);
    CHECK_FALSE(stream->fetch());
    stream->finish();
}

TEST_CASE(
    "MariaDB: resetting the session clears variables, settings, temporary tables, locks, transactions and the "
    "database") {
    MysqlConnected db;
    const std::string lock = unique_name("lock");
    db.driver->run("SET @v = 1, SESSION lock_wait_timeout = 7, SESSION time_zone = '+03:00', NAMES latin1");
    db.driver->run("CREATE TEMPORARY TABLE t (v INT)");
    db.value("SELECT GET_LOCK('" + lock + "', 0)");
    db.driver->run("USE information_schema");
    db.driver->begin({}, true);
    db.driver->reset_session();
    CHECK(db.driver->transaction_state() == TransactionState::idle);
    CHECK(db.value("SELECT @v") == "null");
    CHECK(db.value("SELECT @@lock_wait_timeout") != "int64 7");
    CHECK(db.value("SELECT @@time_zone") == "text +00:00");
    CHECK(db.value("SELECT @@character_set_client") == "text utf8mb4");
    CHECK(db.value("SELECT @@character_set_results") == "text utf8mb4");
    CHECK(db.value("SELECT DATABASE()") == "text " + mysql_url().database());
    CHECK(db.value("SELECT IS_FREE_LOCK('" + lock + "')") == "int64 1");
    CHECK(error_of([&] { db.prepare("SELECT * FROM t"); }).native_code == 1146);
    CHECK(db.value("SELECT '\xF0\x9F\x90\x98'") == "text \xF0\x9F\x90\x98");
}

TEST_CASE("MariaDB: settings are set to numbers and texts, and restored") {
    MysqlConnected db;
    db.driver->set("lock_wait_timeout", "7");
    db.driver->set("long_query_time", "0.5");
    db.driver->set("sql_mode", "ANSI_QUOTES");
    db.driver->set("foreign_key_checks", "OFF");
    db.driver->set("time_zone", "+03:00");
    CHECK(db.row("SELECT @@lock_wait_timeout, @@long_query_time, @@sql_mode, @@foreign_key_checks, @@time_zone") ==
          Row{"int64 7", "float64 0.500000", "text ANSI_QUOTES", "int64 0", "text +03:00"});
    for (const char* name : {"lock_wait_timeout", "long_query_time", "sql_mode", "foreign_key_checks", "time_zone"})
        db.driver->restore(name);
    CHECK(db.value("SELECT @@lock_wait_timeout = @@global.lock_wait_timeout AND @@sql_mode = @@global.sql_mode AND "
                   "@@foreign_key_checks = 1 AND @@time_zone = '+00:00'") == "int64 1");
    CHECK(error_of([&] { db.driver->set("no_such_setting", "1"); }).kind == ErrorKind::programming);
    CHECK(error_of([&] { db.driver->set("a` = 1, @b = `c", "1"); }).native_code == 1193);
    CHECK_THROWS_AS(db.driver->set("lock_wait_timeout", "soon"), DatabaseError);
}

TEST_CASE("MariaDB: a ping that the server doesn't answer ends by its own deadline") {
    // Other tests use the server, so that only this connection of it is kept from answering.
    MysqlConnected db;
    MYSQL* native = dialect::mysql_handle(db.session);
    const std::string sleep = "DO SLEEP(1000)";
    REQUIRE(mysql_send_query(native, sleep.data(), static_cast<unsigned long>(sleep.size())) == 0);
    const auto begin = std::chrono::steady_clock::now();
    const auto error = error_of([&] { db.driver->ping(std::chrono::seconds(1)); });
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(7));
    CHECK(error.is_disconnect);
    CHECK(db.driver->transaction_state() == TransactionState::lost);
    MysqlConnected killer;
    killer.driver->run("KILL " + db.id());
}
