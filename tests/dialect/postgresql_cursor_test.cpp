#include "dialect/postgresql_cursor.hpp"

#include "dialect/postgresql_fixture.hpp"

#include <doctest/doctest.h>

using namespace sociable;
using namespace sociable::test;
using dialect::is_for_cursor;
using dialect::TransactionState;

namespace {

int open_cursors(PostgresqlConnection& c) {
    return c.scalar<int>("SELECT count(*) FROM pg_cursors WHERE name LIKE 'sociable%'");
}

}  // namespace

TEST_CASE("PostgreSQL's cursors are for statements that only read") {
    for (const char* sql :
         {"SELECT 1", "select*from t", " (SELECT 1) UNION (SELECT 2)", "TABLE t", "VALUES (1), (2)",
          "WITH a AS (SELECT 1) SELECT * FROM a", "-- for update\nSELECT 1", "/* a /* nested */ delete */ SELECT $1",
          "SELECT 'delete ''it'' for update', \"into\" FROM t", "SELECT updated, a$for FROM t;"}) {
        CAPTURE(sql);
        CHECK(is_for_cursor(sql));
    }
    for (const char* sql :
         {"INSERT INTO t VALUES (1) RETURNING a", "SELECT 1 INTO t", "SELECT * FROM t FOR UPDATE",
          "SELECT * FROM t FOR NO KEY UPDATE", "WITH a AS (DELETE FROM t RETURNING a) SELECT * FROM a",
          "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", "EXPLAIN SELECT 1", "SHOW work_mem", "FETCH 1 FROM c",
          "CALL p()", "", "-- SELECT 1", "SELECT $$ ' $$ FROM t FOR UPDATE", "SELECT E'\\'' FROM t"}) {
        CAPTURE(sql);
        CHECK_FALSE(is_for_cursor(sql));
    }
}

TEST_CASE(
    "A stream in a PostgreSQL transaction is read by a cursor in batches, which other statements may run between") {
    PostgresqlConnection c;
    c.driver->begin({}, false);
    const auto statement = c.prepare("SELECT i, $2 || i FROM generate_series(1, $1) i", 2);
    for (const std::size_t batch : {0U, 1U, 7U, 5000U, 5001U}) {
        CAPTURE(batch);
        const std::array values{ValueView::int32(5000), ValueView::text("it's row ")};
        statement->execute(values, {true, batch});
        CHECK(statement->shares_connection());
        int rows = 0;
        while (statement->fetch()) {
            if (++rows == 1001) CHECK(open_cursors(c) == (batch < 5001 ? 1 : 0));
            REQUIRE(Codec<int>::decode(statement->cell(0)) == rows);
            REQUIRE(Codec<std::string>::decode(statement->cell(1)) == "it's row " + std::to_string(rows));
        }
        CHECK(rows == 5000);
        CHECK_FALSE(statement->fetch());
        CHECK(open_cursors(c) == 0);
    }
    c.driver->rollback();
}

TEST_CASE("A cursor of PostgreSQL fetches as many rows as it was told, and no more") {
    PostgresqlConnection c;
    c.driver->run("CREATE TEMP SEQUENCE s");
    c.driver->begin({}, false);
    const auto statement = c.prepare("SELECT nextval('s') FROM generate_series(1, 100)");
    statement->execute({}, {true, 10});
    for (int i = 0; i != 10; ++i) REQUIRE(statement->fetch());
    CHECK(c.scalar<int>("SELECT last_value FROM s") == 10);
    REQUIRE(statement->fetch());
    CHECK(c.scalar<int>("SELECT last_value FROM s") == 20);
    statement->finish();
    CHECK(open_cursors(c) == 0);
    CHECK(c.scalar<int>("SELECT last_value FROM s") == 20);
    c.driver->rollback();
}

TEST_CASE("Batches of a PostgreSQL cursor grow with small rows, and shrink with large ones") {
    PostgresqlConnection c;
    c.driver->run("CREATE TEMP SEQUENCE s");
    c.driver->begin({}, false);
    const auto fetched_at = [&](const char* size, int rows) {
        c.driver->run("ALTER SEQUENCE s RESTART");
        const auto statement =
            c.prepare(std::string("SELECT repeat('x', ") + size + "), nextval('s') FROM generate_series(1, 100000) i");
        statement->execute({}, true);
        for (int i = 0; i != rows; ++i) REQUIRE(statement->fetch());
        return c.scalar<int>("SELECT last_value FROM s") - rows;
    };
    CHECK(fetched_at("10", 20'000) > 500);
    CHECK(fetched_at("100000", 100) < 10);
    CHECK(fetched_at("CASE WHEN i < 1000 THEN 10 ELSE 100000 END", 20'000) < 10);
    c.driver->rollback();
}

TEST_CASE("A PostgreSQL cursor whose transaction fails or ends does no harm when it is finished") {
    PostgresqlConnection c;
    const auto statement = c.prepare("SELECT i FROM generate_series(1, 1000) i");
    for (const char* end : {"SELECT 1 / 0", "ROLLBACK", "COMMIT"}) {
        CAPTURE(end);
        c.driver->begin({}, false);
        statement->execute({}, {true, 10});
        REQUIRE(statement->fetch());
        try {
            c.driver->run(end);
        } catch (const DataError&) {
        }
        statement->finish();
        if (c.driver->transaction_state() != TransactionState::idle) c.driver->rollback();
        CHECK(c.scalar<int>("SELECT 42") == 42);
    }
}

TEST_CASE("An error amid the rows of a PostgreSQL cursor is thrown by fetch, and does not tell the values bound") {
    PostgresqlConnection c;
    c.driver->begin({}, false);
    const auto cast = c.prepare(
        "SELECT CASE WHEN i < 100 THEN 1 ELSE ($1 || repeat('', i))::int END FROM generate_series(1, 200) i", 1);
    {
        const std::string secret = "hunter2-secret";
        const ValueView value = ValueView::text(secret);
        cast->execute(std::span(&value, 1), {true, 10});
    }
    int rows = 0;
    const auto info = error_of([&] {
        while (cast->fetch()) ++rows;
    });
    CHECK(rows == 90);
    CHECK(info.kind == ErrorKind::data);
    CHECK(info.message.find("hunter2") == std::string::npos);
    CHECK_FALSE(cast->fetch());
    CHECK(c.driver->transaction_state() == TransactionState::failed);
    c.driver->rollback();
    CHECK(c.scalar<int>("SELECT 42") == 42);
}

TEST_CASE("What is no plain reading is streamed in a PostgreSQL transaction without a cursor, and done in whole") {
    PostgresqlConnection c;
    c.driver->begin({}, false);
    c.driver->run("CREATE TEMP TABLE t (a int)");
    const auto count = [&](const char* sql) {
        const auto statement = c.prepare(sql);
        statement->execute({}, {true, 10});
        CHECK_FALSE(statement->shares_connection());
        int rows = 0;
        while (statement->fetch()) ++rows;
        return rows;
    };
    CHECK(count("INSERT INTO t SELECT generate_series(1, 100) RETURNING a") == 100);
    CHECK(count("SELECT a FROM t FOR UPDATE") == 100);
    CHECK(count("WITH gone AS (DELETE FROM t WHERE a > 50 RETURNING a) SELECT a FROM gone") == 50);
    CHECK(count("EXPLAIN SELECT a FROM t") > 0);
    CHECK(count("SHOW work_mem") == 1);
    CHECK(count("SELECT a INTO TEMP u FROM t") == 0);
    CHECK(c.scalar<int>("SELECT count(*) FROM u") == 50);
    c.driver->rollback();
}

TEST_CASE("A PostgreSQL cursor whose connection is lost says so") {
    PostgresqlConnection c, other;
    c.driver->begin({}, false);
    const int process = c.process();
    const auto statement = c.prepare("SELECT i FROM generate_series(1, 1000) i");
    statement->execute({}, {true, 10});
    terminate(other, process);
    const auto info = error_of([&] {
        while (statement->fetch()) {
        }
    });
    CHECK(info.is_disconnect);
    statement->finish();
    CHECK(c.driver->transaction_state() == TransactionState::lost);
}
