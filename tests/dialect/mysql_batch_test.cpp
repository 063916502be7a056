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

TEST_CASE("MariaDB: one INSERT of many rows, for servers that take no arrays") {
    Table c;
    dialect::InsertTarget target{.table = "t", .columns = {"n", "s"}, .columns_sql = "n, s", .returning_sql = {}};
    dialect::ValuesInsert insert(*c.driver, target, 50, 100'000);
    CHECK(insert.insert(pairs(320), 320, {}) == 300);
    CHECK(c.count() == "int64 300");
    c.driver->rollback();

    c.driver->begin({}, true);
    std::vector<ValueView> values = pairs(320);
    values[2 * 130] = ValueView::int64(7);
    CHECK(insert.insert(values, 320, {}) == 100);  // the others are for single statements, which find the row
    const std::string large(100'000, 'x');
    values[2 * 60 + 1] = ValueView::text(large);
    c.driver->run("DELETE FROM t");
    CHECK(insert.insert(values, 320, {}) == 50);  // the next would be too large for a packet
    CHECK(c.count() == "int64 50");
}
