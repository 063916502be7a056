#include "dialect/postgresql_fixture.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace sociable;
using namespace sociable::test;
using Kind = ValueView::Kind;

namespace {

std::int64_t prepared_on_server(PostgresqlConnection& c) {
    return c.scalar<std::int64_t>("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'sociable%'");
}

/// What comes back from a column of the type, each time of three: sent with its text, prepared, and prepared before.
template <class T>
std::vector<T> round_trips(const std::string& type, const T& value) {
    PostgresqlConnection c;
    c.driver->run("CREATE TEMP TABLE t (v " + type + ")");
    const auto insert = c.prepare("INSERT INTO t VALUES ($1)", 1);
    for (int i = 0; i != 3; ++i) {
        const ValueView view = Codec<T>::encode(value);
        insert->execute(std::span(&view, 1), false);
        REQUIRE(insert->affected_rows() == 1);
    }
    const auto select = c.prepare("SELECT v FROM t");
    std::vector<T> values;
    select->execute({}, false);
    while (select->fetch()) values.push_back(Codec<T>::decode(select->cell(0)));
    return values;
}

template <class T>
void check_round_trip(const std::string& type, const T& value) {
    CAPTURE(type);
    CHECK(round_trips(type, value) == std::vector<T>{value, value, value});
}

}  // namespace

TEST_CASE("PostgreSQL gives back integers, booleans and doubles exactly") {
    check_round_trip("boolean", true);
    check_round_trip("boolean", false);
    check_round_trip("smallint", std::int16_t{-32768});
    check_round_trip("integer", std::numeric_limits<std::int32_t>::min());
    check_round_trip("bigint", std::numeric_limits<std::int64_t>::min());
    check_round_trip("bigint", std::numeric_limits<std::int64_t>::max());
    check_round_trip("bigint", std::int64_t{5'000'000'000});
    check_round_trip("numeric", std::numeric_limits<std::uint64_t>::max());
    check_round_trip("oid", std::uint32_t{4'294'967'295U});
    check_round_trip("double precision", 0.1);
    check_round_trip("double precision", std::numeric_limits<double>::denorm_min());
    check_round_trip("double precision", -std::numeric_limits<double>::max());
    check_round_trip("double precision", -std::numeric_limits<double>::infinity());
    check_round_trip("real", 3.14F);
    CHECK(std::isnan(round_trips("double precision", -std::nan("")).at(2)));
}

TEST_CASE("PostgreSQL gives back text and bytes exactly, and tells empty from NULL") {
    using namespace std::string_literals;
    check_round_trip("text", ""s);
    check_round_trip("text", "it's \\ \"ünï\" :name $1 \n\t?"s);
    check_round_trip("text", std::string(100'000, 'x'));
    check_round_trip("bytea", Bytes{});
    check_round_trip("bytea", Bytes{std::byte{0}, std::byte{0xff}, std::byte{'\\'}, std::byte{0}});
    check_round_trip("text", std::optional<std::string>());
    check_round_trip("bytea", std::optional<Bytes>(Bytes{}));
    check_round_trip("bytea", std::optional<Bytes>());
}

TEST_CASE("PostgreSQL gives back dates and times to the microsecond, far and before Christ") {
    using namespace std::chrono;
    for (const year_month_day day : {2024y / 2 / 29, 1y / 1 / 1, 0y / 12 / 31, -43y / 3 / 15, 12345y / 6 / 7}) {
        check_round_trip("date", day);
        const sys_time<microseconds> instant = sys_days(day) + 13h + 14min + 15s + 123456us;
        check_round_trip("timestamptz", instant);
        check_round_trip("timestamp", local_time<microseconds>(instant.time_since_epoch()));
    }
}

TEST_CASE("A timestamp means the same instant whatever time zone the session has") {
    PostgresqlConnection c;
    c.driver->set("TimeZone", "Asia/Kolkata");
    CHECK(c.scalar<std::int64_t>("SELECT extract(epoch FROM $1::timestamptz)::bigint", {ValueView::timestamp(0)}) == 0);
    using Micros = std::chrono::sys_time<std::chrono::microseconds>;
    CHECK(c.scalar<Micros>("SELECT $1::timestamptz", {ValueView::timestamp(7)}) ==
          Micros(std::chrono::microseconds(7)));
}

TEST_CASE("Bytes are read in the old escape format as well") {
    PostgresqlConnection c;
    c.driver->set("bytea_output", "escape");
    CHECK(c.scalar<Bytes>("SELECT '\\x00415cff'::bytea") ==
          Bytes{std::byte{0}, std::byte{'A'}, std::byte{'\\'}, std::byte{0xff}});
}

TEST_CASE("Text with a NUL is a DataError before anything is sent") {
    PostgresqlConnection c;
    c.driver->begin({}, true);
    const auto info = error_of([&] { c.execute("SELECT $1::text", {ValueView::text({"a\0b", 3})}); });
    CHECK(info.kind == ErrorKind::data);
    CHECK(info.sqlstate == "22021");
    CHECK(c.driver->transaction_state() == dialect::TransactionState::active);
    CHECK(error_of([&] { c.execute(std::string("SELECT 1\0+1", 11)); }).kind == ErrorKind::data);
}

TEST_CASE("A statement given too few values is refused before anything is sent") {
    PostgresqlConnection c;
    CHECK(error_of([&] { c.prepare("SELECT $1::int", 1)->execute({}, false); }).kind == ErrorKind::interface);
}

TEST_CASE("Columns have their names, also without rows, and none are there without a result") {
    PostgresqlConnection c;
    auto statement = c.prepare("SELECT 1 AS one, 2 AS \"T w o\" WHERE false");
    for (const bool streaming : {false, true}) {
        statement->execute({}, streaming);
        CHECK(statement->columns() == std::vector<std::string>{"one", "T w o"});
        CHECK_FALSE(statement->fetch());
        CHECK(statement->columns().size() == 2);
    }
    statement = c.prepare("CREATE TEMP TABLE t (a int)");
    statement->execute({}, false);
    CHECK(statement->columns().empty());
    CHECK_FALSE(statement->fetch());
}

TEST_CASE("Affected rows are counted for what writes, and only for that") {
    PostgresqlConnection c;
    c.driver->run("CREATE TEMP TABLE t (a int)");
    CHECK(c.execute("INSERT INTO t SELECT generate_series(1, 10)") == 10);
    CHECK(c.execute("UPDATE t SET a = a WHERE a > 7") == 3);
    CHECK(c.execute("SELECT * FROM t") == 0);
    CHECK(c.execute("MERGE INTO t USING (SELECT 1 AS a) s ON t.a = s.a WHEN MATCHED THEN DELETE") == 1);
    CHECK(c.execute("DELETE FROM t") == 9);
    CHECK_FALSE(c.prepare("SELECT 1")->last_insert_id().has_value());
}

TEST_CASE("A statement is prepared on the server from its second execution on, and deallocated when it goes") {
    PostgresqlConnection c;
    auto statement = c.prepare("SELECT $1::int + 1", 1);
    const ValueView one = ValueView::int32(1);
    statement->execute(std::span(&one, 1), false);
    CHECK(prepared_on_server(c) == 0);
    for (int i = 0; i != 3; ++i) {
        statement->execute(std::span(&one, 1), false);
        REQUIRE(statement->fetch());
        CHECK(Codec<int>::decode(statement->cell(0)) == 2);
        CHECK(prepared_on_server(c) == 1);
    }

    c.driver->begin({}, false);
    statement.reset();
    c.driver->commit();
    CHECK(prepared_on_server(c) == 0);
}

TEST_CASE("Statements that go in a failed transaction leave nothing prepared behind") {
    PostgresqlConnection c;
    c.driver->begin({}, false);
    for (int i = 0; i != 20; ++i) {
        const auto statement = c.prepare("SELECT " + std::to_string(i));
        statement->execute({}, false);
        statement->execute({}, false);
    }
    CHECK_THROWS_AS(c.execute("SELECT 1/0"), DataError);
    c.driver->rollback();
    CHECK(prepared_on_server(c) == 0);
}

TEST_CASE("Tidying up after a statement does no harm to an open transaction") {
    PostgresqlConnection c;
    c.driver->begin({}, false);
    for (int i = 0; i != 3; ++i) {
        {
            const auto statement = c.prepare("SELECT 1");
            for (int n = 0; n != 2; ++n) statement->execute({}, false);
        }
        c.driver->run("DEALLOCATE ALL");
    }
    CHECK(c.driver->transaction_state() == dialect::TransactionState::active);
    c.driver->commit();
    CHECK(c.driver->transaction_state() == dialect::TransactionState::idle);
}

TEST_CASE("A prepared statement takes NULL, and values of other types by sending its text again") {
    PostgresqlConnection c;
    const auto statement = c.prepare("SELECT pg_typeof(v)::text FROM (SELECT $1 AS v) s", 1);
    const auto run = [&](const ValueView& value) {
        statement->execute(std::span(&value, 1), false);
        REQUIRE(statement->fetch());
        return Codec<std::string>::decode(statement->cell(0));
    };
    CHECK(run(ValueView::int32(1)) == "integer");
    CHECK(run(ValueView::int32(2)) == "integer");
    CHECK(run(ValueView::null()) == "integer");
    CHECK(run(ValueView::int64(5'000'000'000)) == "bigint");
    CHECK(run(ValueView::boolean(true)) == "boolean");
    CHECK(run(ValueView::float64(0.5)) == "double precision");
    CHECK(run(ValueView::text("x")) == "text");
    CHECK(run(ValueView::blob({})) == "bytea");
    CHECK(run(ValueView::int32(3)) == "integer");
    CHECK(prepared_on_server(c) == 1);
}

TEST_CASE("Bytes are sent as bytes to a statement that was prepared with NULL") {
    PostgresqlConnection c;
    const auto statement = c.prepare("SELECT $1", 1);
    const Bytes bytes{std::byte{1}, std::byte{0}, std::byte{2}};
    for (const ValueView& value : {ValueView::null(), ValueView::null(), ValueView::blob(bytes)})
        statement->execute(std::span(&value, 1), false);
    REQUIRE(statement->fetch());
    CHECK(Codec<Bytes>::decode(statement->cell(0)) == bytes);
}

TEST_CASE("A prepared statement survives DISCARD ALL and a changed table when no transaction is open") {
    PostgresqlConnection c;
    c.driver->run("CREATE TABLE IF NOT EXISTS sociable_changing (a int)");
    const auto statement = c.prepare("SELECT * FROM sociable_changing");
    for (int i = 0; i != 2; ++i) statement->execute({}, false);
    c.driver->run("DISCARD ALL");
    statement->execute({}, false);
    CHECK(statement->columns().size() == 1);
    statement->execute({}, false);
    CHECK(prepared_on_server(c) == 1);

    c.driver->run("ALTER TABLE sociable_changing ADD b int");
    statement->execute({}, false);
    CHECK(statement->columns().size() == 2);

    statement->execute({}, false);
    c.driver->begin({}, true);
    c.driver->run("DROP TABLE sociable_changing");
    c.driver->run("CREATE TABLE sociable_changing (only_one int)");
    CHECK(error_of([&] { statement->execute({}, false); }).sqlstate == "0A000");
    c.driver->rollback();
    statement->execute({}, false);
    CHECK(statement->columns().size() == 2);
    c.driver->run("DROP TABLE sociable_changing");
}

TEST_CASE("A PostgreSQL statement run again and again gives the same values, in whichever format they are sent") {
    PostgresqlConnection c;
    const auto values_of = [](dialect::Statement& statement, bool streaming) {
        statement.execute({}, streaming);
        std::vector<std::string> values;
        while (statement.fetch())
            for (std::size_t i = 0; i < statement.columns().size(); ++i) values.push_back(to_string(statement.cell(i)));
        statement.finish();
        return values;
    };
    // The first can be sent in binary; the others have a type each that can't.
    for (const char* sql :
         {"SELECT true, false, 32767::int2, (-32768)::int2, (-2147483648)::int4, 9223372036854775807::int8, "
          "(-9223372036854775808)::int8, 4294967295::oid, 0.1::float8, 'NaN'::float8, '-Infinity'::float8, "
          "1e-310::float8, ''::text, 'ä'::varchar, 'x '::bpchar, 'n'::name, '{\"a\": 1}'::json, NULL::int, NULL::text, "
          "'\\x00ff'::bytea, ''::bytea FROM generate_series(1, 3)",
          "SELECT 1, 0.1::float4", "SELECT 1, 12345678901234567890.5::numeric", "SELECT 1, '2024-02-29'::date",
          "SELECT 1, '2024-02-29 13:14:15.5'::timestamp", "SELECT 1, '{\"a\": 1}'::jsonb", "SELECT 1, ARRAY[1, 2]",
          "SELECT 1, '1 day'::interval", "SELECT 1, 'c'::\"char\"",
          "SELECT 1, '123e4567-e89b-12d3-a456-426614174000'::uuid"}) {
        CAPTURE(sql);
        const auto statement = c.prepare(sql);
        const std::vector<std::string> first = values_of(*statement, false);
        CHECK_FALSE(first.empty());
        for (int i = 0; i < 4; ++i) CHECK(values_of(*statement, i % 2 == 1) == first);
        c.driver->begin({}, false);
        statement->execute({}, {true, 1});  // whose later batches may be binary
        std::vector<std::string> by_cursor;
        while (statement->fetch())
            for (std::size_t i = 0; i < statement->columns().size(); ++i)
                by_cursor.push_back(to_string(statement->cell(i)));
        CHECK(by_cursor == first);
        c.driver->rollback();
    }
}

TEST_CASE("A PostgreSQL statement whose other parameters make other types is read in the right format") {
    PostgresqlConnection c;
    const auto statement = c.prepare("SELECT $1", 1);
    const auto run = [&](const ValueView& value) {
        statement->execute(std::span(&value, 1), false);
        REQUIRE(statement->fetch());
        return to_string(statement->cell(0));
    };
    for (int i = 0; i < 4; ++i) {
        CAPTURE(i);
        CHECK(run(ValueView::int64(7)) == "7");
        if (i != 0) CHECK(run(ValueView::uint64(18446744073709551615U)) == "18446744073709551615");
        if (i != 0) CHECK(run(ValueView::float64(0.5)) == "0.5");
    }
}

TEST_CASE("A FETCH that is run again and again gives what its cursor has by then") {
    PostgresqlConnection c;
    const auto fetch = c.prepare("FETCH ALL FROM changing");
    for (int i = 0; i != 3; ++i) {
        c.driver->run("BEGIN; DECLARE changing CURSOR FOR SELECT 1, 2");
        fetch->execute({}, false);
        REQUIRE(fetch->fetch());
        CHECK(Codec<int>::decode(fetch->cell(1)) == 2);
        fetch->finish();
        c.driver->rollback();
    }
    c.driver->run("BEGIN; DECLARE changing CURSOR FOR SELECT 1.5::numeric, '2024-02-29'::date");
    fetch->execute({}, false);
    REQUIRE(fetch->fetch());
    CHECK(fetch->cell(0).as_text() == "1.5");
    CHECK(fetch->cell(1).as_text() == "2024-02-29");
    fetch->finish();
    c.driver->rollback();
}
