#include "dialect/mysql_fixture.hpp"
#include "dialect/values_insert.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace sociable;
using namespace sociable::test;

namespace {

/// A temporary table `t (n bigint primary key, s text)`, in a transaction.
struct Table : MysqlConnected {
    explicit Table(const std::string& engine = "InnoDB") {
        driver->run("CREATE TEMPORARY TABLE t (n bigint unsigned PRIMARY KEY, s longtext) ENGINE=" + engine);
        driver->begin({}, true);
    }
    std::string count() { return value("SELECT count(*) FROM t"); }
    /// How many statements the server has executed for this session, by `kind`.
    int executed(const std::string& kind) {
        return std::stoi(row("SHOW SESSION STATUS LIKE '" + kind + "'").at(1).substr(5));
    }
};

std::vector<ValueView> pairs(int count) {
    std::vector<ValueView> values;
    for (int i = 0; i < count; ++i) {
        values.push_back(ValueView::int64(i));
        values.push_back(i % 3 == 0 ? ValueView::null() : ValueView::text("some text"));
    }
    return values;
}

const std::string insert_pair = "INSERT INTO t VALUES (?, ?)";

}  // namespace

TEST_CASE("MariaDB: a batch in a transaction is sent as an array") {
    Table c;
    const auto statement = c.prepare(insert_pair, 2);
    CHECK(statement->batch_rows() > 1);
    CHECK(c.prepare("SELECT 1")->batch_rows() == 1);
    CHECK(c.prepare("INSERT INTO t VALUES (?, ?) RETURNING n", 2)->batch_rows() == 1);
    const int before = c.executed("Com_stmt_execute");
    dialect::Batch batch;
    statement->execute_many(pairs(4000), 4000, batch);
    CHECK(batch.affected_rows == 4000);
    CHECK(c.executed("Com_stmt_execute") - before < 10);
    CHECK(c.count() == "int64 4000");
    CHECK(c.value("SELECT count(*) FROM t WHERE s IS NULL") == "int64 1334");
    // And as a single one afterwards.
    const ValueView one[] = {ValueView::int64(5000), ValueView::text("x")};
    statement->execute(one, false);
    CHECK(statement->affected_rows() == 1);
    CHECK(c.value("SELECT s FROM t WHERE n = 5000") == "text x");
}

TEST_CASE("MariaDB: an array ends where a type changes, or a value can't be held") {
    Table c;
    const auto statement = c.prepare(insert_pair, 2);
    std::vector<ValueView> values = pairs(300);
    values[2 * 100] = ValueView::uint64(UINT64_MAX);
    values[2 * 200 + 1] = ValueView::float64(0.5);
    values[2 * 201 + 1] = ValueView::float64(1.5);
    dialect::Batch batch;
    statement->execute_many(values, 300, batch);
    CHECK(batch.affected_rows == 300);
    CHECK(c.value("SELECT max(n) FROM t") == "uint64 18446744073709551615");
    CHECK(c.value("SELECT s FROM t WHERE n = 201") == "text 1.5");
    c.driver->rollback();

    c.driver->begin({}, true);
    values = pairs(300);
    values[2 * 200 + 1] = ValueView::float64(std::numeric_limits<double>::quiet_NaN());
    batch = {};
    CHECK_THROWS_AS(statement->execute_many(values, 300, batch), DataError);
    CHECK(batch.failed_row == 200);
    CHECK(c.count() == "int64 200");
}

TEST_CASE("MariaDB: arrays are no larger than a packet") {
    Table c;
    const auto statement = c.prepare(insert_pair, 2);
    const std::string large(700'000, 'x');
    std::vector<ValueView> values;
    for (int i = 0; i < 60; ++i) {
        values.push_back(ValueView::int64(i));
        values.push_back(ValueView::text(large));
    }
    dialect::Batch batch;
    statement->execute_many(values, 60, batch);
    CHECK(batch.affected_rows == 60);
    CHECK(c.value("SELECT sum(length(s)) FROM t") == "text 42000000");
}

TEST_CASE("MariaDB: the row that an array fails with is found") {
    Table c;
    const auto statement = c.prepare(insert_pair, 2);
    std::vector<ValueView> values = pairs(3000);
    values[2 * 2500] = ValueView::int64(7);
    dialect::Batch batch;
    CHECK_THROWS_AS(statement->execute_many(values, 3000, batch), UniqueViolation);
    CHECK(batch.failed_row == 2500);
    CHECK(c.count() == "int64 2500");
}

TEST_CASE("MariaDB: where a table keeps its rows over a rollback, none is blamed") {
    Table c("MyISAM");
    const auto statement = c.prepare(insert_pair, 2);
    std::vector<ValueView> values = pairs(300);
    values[2 * 250] = ValueView::int64(7);
    dialect::Batch batch;
    CHECK_THROWS_AS(statement->execute_many(values, 300, batch), UniqueViolation);
    CHECK_FALSE(batch.failed_row.has_value());
}

TEST_CASE("MariaDB: outside of a transaction rows are executed one by one") {
    Table c;
    c.driver->commit();
    const auto statement = c.prepare(insert_pair, 2);
    std::vector<ValueView> values = pairs(100);
    values[2 * 50] = ValueView::int64(7);
    dialect::Batch batch;
    CHECK_THROWS_AS(statement->execute_many(values, 100, batch), UniqueViolation);
    CHECK(batch.failed_row == 50);
    c.driver->rollback();
    CHECK(c.count() == "int64 50");
}

TEST_CASE("MariaDB: what an array would evaluate once for all rows is executed row by row") {
    MysqlConnected c;
    c.driver->run("CREATE TEMPORARY TABLE t (id bigint PRIMARY KEY AUTO_INCREMENT, n bigint, before_it bigint)");
    c.driver->run("CREATE TEMPORARY TABLE numbers (n bigint)");
    c.driver->begin({}, true);
    std::vector<ValueView> values;
    for (int i = 0; i < 20; ++i) values.push_back(ValueView::int64(i));
    dialect::Batch batch;
    c.prepare("INSERT INTO t (n, before_it) VALUES (?, last_insert_id())", 1)->execute_many(values, 20, batch);
    CHECK(c.value("SELECT count(*) FROM t WHERE before_it = id - 1") == "int64 20");
    c.prepare("INSERT INTO numbers VALUES (? + (SELECT 0 * rand()))", 1)->execute_many(values, 20, batch);
    CHECK(c.value("SELECT sum(n) FROM numbers") == "text 190");
    for (const char* sql : {"UPDATE t SET n = ?", "DELETE FROM t WHERE n = ?", "INSERT INTO t (n) SELECT ?",
                            "INSERT IGNORE INTO t (n) VALUES (?)"})
        CHECK(c.prepare(sql, 1)->batch_rows() == 1);
    CHECK(c.prepare("  REPLACE INTO t (n) VALUES (?)", 1)->batch_rows() > 1);
}

TEST_CASE("MariaDB: what a function gives is another for each row of an array") {
    MysqlConnected c;
    c.driver->run("CREATE TEMPORARY TABLE t (n bigint, id varchar(36), r double)");
    c.driver->begin({}, true);
    std::vector<ValueView> values;
    for (int i = 0; i < 50; ++i) values.push_back(ValueView::int64(i));
    dialect::Batch batch;
    c.prepare("INSERT INTO t VALUES (?, uuid(), rand())", 1)->execute_many(values, 50, batch);
    CHECK(c.value("SELECT count(DISTINCT id) + count(DISTINCT r) FROM t") == "int64 100");
}

TEST_CASE("MariaDB: a value that is changed to fit, in a table without transactions, is an error of the array") {
    MysqlConnected c;
    c.driver->run("CREATE TEMPORARY TABLE t (n bigint, s varchar(5)) ENGINE=MyISAM");
    c.driver->begin({}, true);
    const auto statement = c.prepare(insert_pair, 2);
    std::vector<ValueView> values = pairs(300);
    for (std::size_t i = 1; i < values.size(); i += 2) values[i] = ValueView::text("short");
    values[2 * 250 + 1] = ValueView::text("too long");
    dialect::Batch batch;
    const DatabaseErrorInfo error = error_of([&] { statement->execute_many(values, 300, batch); });
    CHECK(error.kind == ErrorKind::data);
    CHECK(error.native_code == 1406);
    CHECK_FALSE(batch.failed_row.has_value());
    CHECK(c.value("SELECT count(*) FROM t") == "int64 300");  // none of them twice
    // Where the user wants it so, it is none.
    c.driver->run("SET sql_mode = ''");
    batch = {};
    statement->execute_many(values, 300, batch);
    CHECK(batch.affected_rows == 300);
}

TEST_CASE("MariaDB: a row that fits no partition is found, whose error has no state of its own") {
    MysqlConnected c;
    const std::string table = unique_name("partitioned");
    c.driver->run("CREATE OR REPLACE TABLE " + table +
                  " (n bigint, s text) PARTITION BY RANGE (n) (PARTITION low VALUES LESS THAN (1000))");
    c.driver->begin({}, true);
    std::vector<ValueView> values = pairs(300);
    values[2 * 200] = ValueView::int64(5000);
    dialect::Batch batch;
    CHECK(error_of([&] {
              c.prepare("INSERT INTO " + table + " VALUES (?, ?)", 2)->execute_many(values, 300, batch);
          }).native_code == 1526);
    CHECK(batch.failed_row == 200);
    c.driver->rollback();
    c.driver->run("DROP TABLE " + table);
}

TEST_CASE("MariaDB: one INSERT of many rows, for servers that take no arrays") {
    Table c;
    dialect::InsertTarget target{.table = "t", .columns = {"n", "s"}, .columns_sql = "n, s", .returning_sql = {}};
    dialect::ValuesInsert insert(*c.driver, target, 50, 100'000);
    dialect::Batch batch;
    CHECK(insert.insert(pairs(320), 320, batch) == 300);
    CHECK(batch.affected_rows == 300);
    CHECK(c.count() == "int64 300");
    c.driver->rollback();

    c.driver->begin({}, true);
    std::vector<ValueView> values = pairs(320);
    values[2 * 130] = ValueView::int64(7);
    CHECK(insert.insert(values, 320, batch) == 100);  // the others are for single statements, which find the row
    CHECK(c.count() == "int64 100");
    const std::string large(100'000, 'x');
    values[2 * 60 + 1] = ValueView::text(large);
    c.driver->run("DELETE FROM t");
    CHECK(insert.insert(values, 320, batch) == 50);  // the next would be too large for a packet
    CHECK(c.count() == "int64 50");
    target.table = "nowhere";
    CHECK(dialect::ValuesInsert(*c.driver, target, 50, 100'000).insert(values, 320, batch) == 0);
}

TEST_CASE("MariaDB: rows that one INSERT has left in a table without transactions are not tried again") {
    Table c("MyISAM");
    dialect::InsertTarget target{.table = "t", .columns = {"n", "s"}, .columns_sql = "n, s", .returning_sql = {}};
    dialect::ValuesInsert insert(*c.driver, target, 50, 100'000);
    std::vector<ValueView> values = pairs(100);
    values[2 * 70] = ValueView::int64(7);
    dialect::Batch batch;
    CHECK_THROWS_AS(insert.insert(values, 100, batch), UniqueViolation);
}
