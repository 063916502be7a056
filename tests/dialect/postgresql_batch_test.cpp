#include "support/thrown.hpp"

#include "dialect/postgresql_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sociable;
using namespace sociable::test;
using dialect::TransactionState;

namespace {

std::vector<ValueView> numbers(int count) {
    std::vector<ValueView> values;
    for (int i = 0; i < count; ++i) values.push_back(ValueView::int32(i));
    return values;
}

void create_numbers(PostgresqlConnection& c) {
    c.driver->run("CREATE TEMPORARY TABLE numbers (n integer PRIMARY KEY)");
    c.driver->begin({}, true);
}

const std::string insert_number = "INSERT INTO numbers VALUES ($1)";

}  // namespace

TEST_CASE("PostgreSQL: a batch in a transaction is one pipeline, of a statement that is prepared once") {
    PostgresqlConnection c;
    create_numbers(c);
    const auto statement = c.prepare(insert_number, 1);
    CHECK(statement->batch_rows() > 1);
    dialect::Batch batch;
    statement->execute_many(numbers(300), 300, batch);
    CHECK(batch.affected_rows == 300);
    CHECK_FALSE(batch.failed_row.has_value());
    CHECK(PQpipelineStatus(c.native()) == PQ_PIPELINE_OFF);
    CHECK(PQisnonblocking(c.native()) == 0);
    CHECK(c.driver->transaction_state() == TransactionState::active);
    CHECK(c.scalar<int>("SELECT sum(n) FROM numbers") == 299 * 150);
    CHECK(c.scalar<int>("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'INSERT%'") == 1);
    c.execute("DELETE FROM numbers");
    statement->execute_many(numbers(10), 10, batch);
    CHECK(batch.affected_rows == 310);
    statement->execute(numbers(20).size() == 20 ? std::vector{ValueView::int32(50)} : numbers(1), false);
    CHECK(statement->affected_rows() == 1);
    c.driver->commit();
}

TEST_CASE("PostgreSQL: statements that may end a transaction or give a COPY are not sent in a pipeline") {
    PostgresqlConnection c;
    for (const char* sql : {"COMMIT", "SELECT 1", "COPY numbers FROM STDIN", "CALL p()", "CREATE TABLE t (n int)"})
        CHECK(c.prepare(sql)->batch_rows() == 1);
    for (const char* sql : {"INSERT INTO t VALUES (1)", " update\nt SET n = 1", "Delete FROM t"})
        CHECK(c.prepare(sql)->batch_rows() > 1);
}

TEST_CASE("PostgreSQL: an error in a pipeline is of its row, and the connection is free afterwards") {
    PostgresqlConnection c;
    create_numbers(c);
    const auto statement = c.prepare(insert_number, 1);
    std::vector<ValueView> values = numbers(100);
    values[60] = ValueView::int32(59);
    dialect::Batch batch;
    CHECK(error_of([&] { statement->execute_many(values, 100, batch); }).sqlstate == "23505");
    CHECK(batch.failed_row == 60);
    CHECK(c.driver->transaction_state() == TransactionState::failed);
    c.driver->rollback();
    CHECK(c.scalar<int>("SELECT count(*) FROM numbers") == 0);

    c.driver->begin({}, true);
    batch = {};
    statement->execute_many(numbers(100), 100, batch);
    CHECK(batch.affected_rows == 100);
    c.driver->rollback();
}

TEST_CASE("PostgreSQL: a statement that can't be prepared fails with the first row, and works once it can") {
    PostgresqlConnection c;
    const auto statement = c.prepare("INSERT INTO pg_temp.later VALUES ($1)", 1);
    c.driver->begin({}, true);
    dialect::Batch batch;
    CHECK(error_of([&] { statement->execute_many(numbers(3), 3, batch); }).sqlstate == "42P01");
    CHECK(batch.failed_row == 0);
    c.driver->rollback();
    c.driver->run("CREATE TEMPORARY TABLE later (n integer)");
    c.driver->begin({}, true);
    batch = {};
    statement->execute_many(numbers(3), 3, batch);
    CHECK(batch.affected_rows == 3);
    c.driver->rollback();
}

TEST_CASE("PostgreSQL: a value that can't be sent comes after the rows before it") {
    PostgresqlConnection c;
    c.driver->run("CREATE TEMPORARY TABLE texts (t text)");
    c.driver->begin({}, true);
    const auto statement = c.prepare("INSERT INTO texts VALUES ($1)", 1);
    for (const std::size_t bad : {0, 1, 9}) {
        std::vector<ValueView> values(10, ValueView::text("x"));
        values[bad] = ValueView::text({"a\0b", 3});
        dialect::Batch batch;
        CHECK(error_of([&] { statement->execute_many(values, 10, batch); }).sqlstate == "22021");
        CHECK(batch.failed_row == bad);
        CHECK(c.driver->transaction_state() == TransactionState::active);
        CHECK(c.scalar<std::size_t>("SELECT count(*) FROM texts") == bad);
        c.execute("DELETE FROM texts");
    }
    c.driver->rollback();
}

TEST_CASE("PostgreSQL: neither side of a pipeline waits for the other to read") {
    PostgresqlConnection c;
    c.driver->run("CREATE TEMPORARY TABLE texts (t text)");
    c.driver->begin({}, true);
    const auto statement = c.prepare("INSERT INTO texts VALUES ($1) RETURNING t || t", 1);
    const std::string text(1'000'000, 'x');  // together far more than sockets hold
    dialect::Batch batch;
    std::size_t received = 0;
    batch.read = [&](dialect::Statement& s) {
        while (s.fetch()) received += s.cell(0).as_text().size();
    };
    statement->execute_many(std::vector<ValueView>(40, ValueView::text(text)), 40, batch);
    CHECK(batch.affected_rows == 40);
    CHECK(received == 80'000'000);
    c.driver->rollback();
}

TEST_CASE("PostgreSQL: a reader that throws amid a pipeline leaves the connection free") {
    PostgresqlConnection c;
    create_numbers(c);
    const auto statement = c.prepare(insert_number + " RETURNING n", 1);
    dialect::Batch batch;
    batch.read = [](dialect::Statement&) { throw std::runtime_error("enough"); };
    CHECK_THROWS_AS(statement->execute_many(numbers(50), 50, batch), std::runtime_error);
    CHECK(c.scalar<int>("SELECT count(*) FROM numbers") == 50);
    c.driver->rollback();
}

TEST_CASE("PostgreSQL: a server that goes away amid a pipeline is a disconnect") {
    PostgresqlConnection c;
    PostgresqlConnection other;
    create_numbers(c);
    const auto statement = c.prepare(insert_number, 1);
    terminate(other, c.process());
    dialect::Batch batch;
    CHECK(error_of([&] { statement->execute_many(numbers(500), 500, batch); }).is_disconnect);
    CHECK(c.driver->transaction_state() == TransactionState::lost);
}
