#include "support/thrown.hpp"

#include "dialect/postgresql_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
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
    statement->execute(std::vector{ValueView::int32(50)}, false);
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
    CHECK(batch.blames_row);
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
    CHECK_FALSE(batch.blames_row);
    c.driver->rollback();
    c.driver->run("CREATE TEMPORARY TABLE later (n integer)");
    c.driver->begin({}, true);
    batch = {};
    statement->execute_many(numbers(3), 3, batch);
    CHECK(batch.affected_rows == 3);
    c.driver->rollback();
}

TEST_CASE("PostgreSQL: a row is to blame for what its values or user code refuse, and for types and policies") {
    PostgresqlConnection c;
    create_numbers(c);
    c.driver->run(
        "CREATE FUNCTION pg_temp.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.n = 5 THEN "
        "RAISE EXCEPTION 'no'; ELSIF NEW.n = 6 THEN RAISE EXCEPTION 'no' USING ERRCODE = 'Z6789'; END IF; "
        "RETURN NEW; END $$;"
        "CREATE TRIGGER no BEFORE INSERT ON numbers FOR EACH ROW EXECUTE FUNCTION pg_temp.no()");
    const auto check = [&](const ValueView& bad, const char* sqlstate, std::size_t row, bool blamed) {
        CAPTURE(sqlstate);
        std::vector<ValueView> values(row + 3, ValueView::null());
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = ValueView::int32(static_cast<int>(100 + i));
        values[row] = bad;
        dialect::Batch batch;
        c.driver->run("SAVEPOINT s");
        CHECK(error_of([&] { c.prepare(insert_number, 1)->execute_many(values, values.size(), batch); }).sqlstate ==
              sqlstate);
        CHECK(batch.failed_row == row);
        CHECK(batch.blames_row == blamed);
        c.driver->run("ROLLBACK TO SAVEPOINT s");
    };
    for (const std::size_t row : {0, 2}) {
        check(ValueView::null(), "23502", row, true);
        check(ValueView::text("x"), "22P02", row, true);
        check(ValueView::int32(5), "P0001", row, true);
        check(ValueView::int32(6), "Z6789", row, true);
        check(ValueView::boolean(true), "42804", row, row > 0);  // else it may be the statement's
    }
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

TEST_CASE("PostgreSQL: a reader that loses the connection amid a pipeline leaves it lost") {
    PostgresqlConnection c;
    PostgresqlConnection other;
    create_numbers(c);
    const auto statement = c.prepare(insert_number + " RETURNING n", 1);
    const int process = c.process();
    dialect::Batch batch;
    batch.read = [&](dialect::Statement&) {
        terminate(other, process);
        throw std::runtime_error("enough");
    };
    CHECK_THROWS_AS(statement->execute_many(numbers(400), 400, batch), std::runtime_error);
    CHECK_THROWS_AS(c.driver->run("SELECT 1"), DatabaseError);
    CHECK(c.driver->transaction_state() == TransactionState::lost);
}

TEST_CASE("PostgreSQL: each row of a batch means what it means alone, whatever the first row's types") {
    PostgresqlConnection c;
    c.driver->run("CREATE TEMPORARY TABLE mixed (n integer, t text)");
    c.driver->begin({}, true);
    const std::vector<ValueView> rows{
        ValueView::text("1"),    ValueView::text("x"),      // of the columns' types
        ValueView::float64(2.6), ValueView::boolean(true),  // rounded; and 'true', not 't'
        ValueView::null(),       ValueView::null(),         //
        ValueView::int64(4),     ValueView::float64(0.5),   //
        ValueView::text("5"),    ValueView::int32(7),       //
    };
    const auto statement = c.prepare("INSERT INTO mixed VALUES ($1, $2)", 2);
    const auto stored = [&] {
        return c.scalar<std::string>("SELECT string_agg(concat(n, ':', t), ' ' ORDER BY n) FROM mixed");
    };
    dialect::Batch batch;
    for (std::size_t row = 0; row < 5; ++row) {
        const auto one = c.prepare("INSERT INTO mixed VALUES ($1, $2)", 2);
        one->execute(std::span(rows).subspan(row * 2, 2), false);
    }
    const std::string expected = stored();
    CHECK(expected == "1:x 3:true 4:0.5 5:7 :");
    c.execute("DELETE FROM mixed");
    statement->execute_many(rows, 5, batch);
    CHECK(stored() == expected);
    // And one after the other.
    c.execute("DELETE FROM mixed");
    for (std::size_t row = 0; row < 5; ++row) statement->execute(std::span(rows).subspan(row * 2, 2), false);
    CHECK(stored() == expected);
    // NULL first.
    c.execute("DELETE FROM mixed");
    std::vector<ValueView> null_first(rows.rbegin(), rows.rend());
    for (std::size_t i = 0; i < null_first.size(); i += 2) std::swap(null_first[i], null_first[i + 1]);
    std::rotate(null_first.begin(), null_first.begin() + 4, null_first.end());
    const auto again = c.prepare("INSERT INTO mixed VALUES ($1, $2) ", 2);
    again->execute_many(null_first, 5, batch);
    CHECK(stored() == expected);
    c.driver->rollback();
}

TEST_CASE("PostgreSQL: where no statements are kept none is prepared under a name, and all give the same") {
    PostgresqlConnection c;
    c.driver->keep_no_statements();
    c.driver->run("CREATE TEMPORARY TABLE mixed (n integer DEFAULT 0, t text)");
    const auto prepared = [&] { return c.scalar<int>("SELECT count(*) FROM pg_prepared_statements"); };
    const auto stored = [&] {
        return c.scalar<std::string>("SELECT coalesce(string_agg(concat(n, t), ' ' ORDER BY n), '') FROM mixed");
    };
    const auto statement = c.prepare("INSERT INTO mixed VALUES ($1, $2) RETURNING n", 2);
    const auto without_values = c.prepare("INSERT INTO mixed DEFAULT VALUES");
    const std::vector<ValueView> rows{
        ValueView::int32(1),    ValueView::text("a"),  //
        ValueView::null(),      ValueView::null(),     //
        ValueView::float64(3),  ValueView::int32(7),   // of other types: parsed anew
        ValueView::float64(4),  ValueView::null(),     //
        ValueView::int32(5),    ValueView::text("b"),  //
        ValueView::text("600"), ValueView::text("c"),
    };
    const std::size_t count = rows.size() / 2;
    dialect::Batch batch;
    std::string returned;
    batch.read = [&](dialect::Statement& s) {
        while (s.fetch()) returned += s.cell(0).is_null() ? "-" : Codec<std::string>::decode(s.cell(0));
    };
    for (const bool in_transaction : {true, false}) {
        CAPTURE(in_transaction);
        if (in_transaction) c.driver->begin({}, true);
        for (int i = 0; i < 3; ++i) {
            returned.clear();
            statement->execute_many(rows, count, batch);
            CHECK(returned == "1-345600");
            CHECK(prepared() == 0);
            CHECK(stored() == "1a 37 4 5b 600c ");
            c.execute("DELETE FROM mixed");
            statement->execute(std::span(rows).first(2), false);
            without_values->execute_many({}, 3, batch);
            CHECK(prepared() == 0);
            CHECK(stored() == "0 0 0 1a");
            c.execute("DELETE FROM mixed");
        }
        if (in_transaction) c.driver->commit();
    }
    for (int i = 0; i < 3; ++i) {
        c.driver->begin_with_next({}, true);
        statement->execute(std::span(rows).first(2), false);
        CHECK(prepared() == 0);
        c.driver->commit();
    }
    CHECK(prepared() == 0);
}

TEST_CASE("PostgreSQL: where no statements are kept an error in a pipeline is of its row as well") {
    PostgresqlConnection c;
    c.driver->keep_no_statements();
    create_numbers(c);
    c.driver->commit();
    const auto statement = c.prepare(insert_number, 1);
    for (const std::size_t bad : {1, 60, 600}) {
        std::vector<ValueView> values = numbers(1000);
        values[bad] = ValueView::int32(0);
        dialect::Batch batch;
        c.driver->begin({}, true);
        CHECK(error_of([&] { statement->execute_many(values, 1000, batch); }).sqlstate == "23505");
        CHECK(batch.failed_row == bad);
        c.driver->rollback();
        c.driver->begin({}, true);
        statement->execute_many(numbers(1000), 1000, batch);
        CHECK(c.scalar<int>("SELECT count(*) FROM numbers") == 1000);
        c.driver->rollback();
    }
}

TEST_CASE("PostgreSQL: of a large batch no more than some hundred rows are under way at a time") {
    PostgresqlConnection c;
    PostgresqlConnection other;
    const std::string sequence = "numbers_" + std::to_string(c.process());
    c.driver->run("CREATE SEQUENCE " + sequence);
    c.driver->begin({}, true);
    c.driver->run("CREATE TEMPORARY TABLE counted (n integer, i bigint DEFAULT nextval('" + sequence + "'))");
    std::int64_t done_at_first = 0;
    dialect::Batch batch;
    batch.read = [&](dialect::Statement&) {
        if (done_at_first == 0) done_at_first = other.scalar<std::int64_t>("SELECT last_value FROM " + sequence);
    };
    c.prepare("INSERT INTO counted (n) VALUES ($1) RETURNING n", 1)->execute_many(numbers(20'000), 20'000, batch);
    CHECK(batch.affected_rows == 20'000);
    CHECK(done_at_first <= 500);
    c.driver->rollback();
    c.driver->run("DROP SEQUENCE " + sequence);
}

TEST_CASE("PostgreSQL: a limit that one row exceeds is that row's error") {
    PostgresqlConnection c;
    c.driver->begin({}, true);
    c.driver->run("CREATE TEMPORARY TABLE t (t text, n int)");
    c.driver->run("ALTER TABLE t ALTER COLUMN t SET STORAGE PLAIN");
    c.driver->run("CREATE INDEX ON t (t)");
    std::vector<ValueView> values;
    const std::string large(6000, 'x');
    for (int i = 0; i < 300; ++i) {
        values.push_back(i == 250 ? ValueView::text(large) : ValueView::text("some text"));
        values.push_back(ValueView::int32(i));
    }
    const auto copy =
        c.driver->bulk_insert({.table = "t", .columns = {"t", "n"}, .columns_sql = "t, n", .returning_sql = {}}, 300);
    REQUIRE(copy);
    dialect::Batch batch;
    CHECK(copy->insert(values, 300, batch) == 0);  // and not the end of it
    CHECK(c.driver->transaction_state() == TransactionState::active);
    CHECK(error_of([&] { c.prepare("INSERT INTO t VALUES ($1, $2)", 2)->execute_many(values, 300, batch); }).sqlstate ==
          "54000");
    CHECK(batch.failed_row == 250);
    c.driver->rollback();
}

TEST_CASE("PostgreSQL: no COPY where a byte of a text may look like one of its separators") {
    PostgresqlConnection c;
    const dialect::InsertTarget target{.table = "t", .columns = {"t"}, .columns_sql = "t", .returning_sql = {}};
    CHECK(c.driver->bulk_insert(target, 1000) != nullptr);
    CHECK(c.driver->bulk_insert(target, 10) == nullptr);
    c.driver->run("SET client_encoding = LATIN1");
    CHECK(c.driver->bulk_insert(target, 1000) != nullptr);
    for (const char* encoding : {"SJIS", "BIG5", "GBK"}) {
        c.driver->run(std::string("SET client_encoding = ") + encoding);
        CHECK(c.driver->bulk_insert(target, 1000) == nullptr);
    }
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
