#include "dialect/sqlite_fixture.hpp"

#include <sociable/errors/database_error.hpp>
#include <sociable/errors/error.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace sociable;
using test::Connected;

namespace {

// The value as SQLite gives it back from a column without a type.
struct Returned {
    ValueView::Kind kind = ValueView::Kind::null;
    std::int64_t integer = 0;
    double real = 0;
    std::string text;
};

Returned round_trip(Connected& c, const ValueView& value) {
    c.driver->run("DROP TABLE IF EXISTS t; CREATE TABLE t (x)");
    const auto insert = c.driver->prepare("INSERT INTO t VALUES (?)", 1);
    insert->execute({&value, 1}, false);
    const auto select = c.driver->prepare("SELECT x FROM t", 0);
    select->execute({}, false);
    REQUIRE(select->fetch());
    const ValueView cell = select->cell(0);
    Returned result;
    result.kind = cell.kind();
    if (cell.kind() == ValueView::Kind::int64) result.integer = cell.as_int64();
    if (cell.kind() == ValueView::Kind::float64) result.real = cell.as_float64();
    if (cell.kind() == ValueView::Kind::text || cell.kind() == ValueView::Kind::blob) result.text = cell.as_text();
    CHECK_FALSE(select->fetch());
    return result;
}

ValueView blob(const std::string& bytes) { return ValueView::blob(std::as_bytes(std::span(bytes))); }

}  // namespace

TEST_CASE("SQLite gives back exactly the integers that were put in") {
    Connected c;
    for (const std::int64_t value :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{5'000'000'000}, std::numeric_limits<std::int64_t>::min(),
          std::numeric_limits<std::int64_t>::max()})
        CHECK(round_trip(c, ValueView::int64(value)).integer == value);
    CHECK(round_trip(c, ValueView::int32(-7)).integer == -7);
    CHECK(round_trip(c, ValueView::boolean(true)).integer == 1);
    CHECK(round_trip(c, ValueView::boolean(false)).integer == 0);

    c.driver->run("CREATE TABLE typed (x INTEGER); INSERT INTO typed VALUES (5000000000)");
    CHECK(c.text("SELECT x FROM typed") == "5000000000");
}

TEST_CASE("SQLite gives back exactly the reals that were put in") {
    Connected c;
    for (const double value : {0.1, -0.0, 1e308, 5e-324, std::numeric_limits<double>::infinity()}) {
        const auto returned = round_trip(c, ValueView::float64(value));
        CHECK(returned.kind == ValueView::Kind::float64);
        CHECK(returned.real == value);
    }
}

TEST_CASE("SQLite keeps NUL bytes, and tells empty from NULL") {
    Connected c;
    const std::string nul("a\0b\0", 4);
    CHECK(round_trip(c, ValueView::text(nul)).text == nul);
    CHECK(round_trip(c, blob(nul)).text == nul);
    CHECK(round_trip(c, ValueView::text("")).kind == ValueView::Kind::text);
    CHECK(round_trip(c, ValueView::text({})).kind == ValueView::Kind::text);
    CHECK(round_trip(c, blob("")).kind == ValueView::Kind::blob);
    CHECK(round_trip(c, ValueView::blob({})).kind == ValueView::Kind::blob);
    CHECK(round_trip(c, ValueView::null()).kind == ValueView::Kind::null);
}

TEST_CASE("SQLite holds dates and times as text that its own functions read") {
    Connected c;
    CHECK(round_trip(c, ValueView::date(19782)).text == "2024-02-29");
    CHECK(round_trip(c, ValueView::timestamp(1'709'212'455'123'456)).text == "2024-02-29 13:14:15.123456");
    CHECK(round_trip(c, ValueView::local_timestamp(0)).text == "1970-01-01 00:00:00.000000");
    CHECK(c.text("SELECT unixepoch(?)", {ValueView::timestamp(1'709'212'455'123'456)}) == "1709212455");
}

TEST_CASE("a value that SQLite can't hold is a DataError, and nothing is written") {
    Connected c;
    c.driver->run("CREATE TABLE t (x)");
    const auto insert = c.driver->prepare("INSERT INTO t VALUES (?)", 1);
    for (const ValueView& value : {ValueView::uint64(std::numeric_limits<std::uint64_t>::max()),
                                   ValueView::float64(std::numeric_limits<double>::quiet_NaN())}) {
        try {
            insert->execute({&value, 1}, false);
            FAIL("accepted");
        } catch (const DataError& e) {
            CHECK(e.sqlstate() == "22003");
            CHECK(e.message().find("parameter 1") == 0);
        }
    }
    CHECK(c.text("SELECT count(*) FROM t") == "0");
    const ValueView good = ValueView::uint64(7);
    insert->execute({&good, 1}, false);
    CHECK(c.text("SELECT x FROM t") == "7");
}

TEST_CASE("the values of a SQLite select may be gone before its rows are fetched") {
    Connected c;
    const auto select = c.driver->prepare("SELECT ? || n FROM (SELECT 1 n UNION ALL SELECT 2)", 1);
    {
        std::string text = "a text that is too long for its string to keep it inside";
        const ValueView value = ValueView::text(text);
        select->execute({&value, 1}, true);
        text.assign(text.size(), '#');
    }
    REQUIRE(select->fetch());
    REQUIRE(select->fetch());
    CHECK(select->cell(0).as_text() == "a text that is too long for its string to keep it inside2");
}

TEST_CASE("a SQLite text must be one statement") {
    Connected c;
    c.driver->run("CREATE TABLE t (x)");
    const std::string second = "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)";
    CHECK_THROWS_AS(c.driver->prepare(second, 0), ArgumentError);
    CHECK_THROWS_AS(c.driver->prepare("SELECT 1; nonsense", 0), ArgumentError);
    CHECK_THROWS_AS(c.driver->prepare("SELECT 1; ; SELECT 2", 0), ArgumentError);
    for (const char* none : {"", "  ", ";", "-- only a comment"})
        CHECK_THROWS_AS(c.driver->prepare(none, 0), ArgumentError);
    CHECK_THROWS_AS(c.driver->prepare(std::string("DELETE FROM t\0 WHERE x = 1", 26), 0), ArgumentError);
    CHECK(c.text("SELECT count(*) FROM t") == "0");
    CHECK(c.text("; SELECT 1 ; -- the end\n /* of it */ ;") == "1");
}

TEST_CASE("a SQLite statement takes as many values as it has parameters") {
    Connected c;
    CHECK_THROWS_AS(c.driver->prepare("SELECT ?, ?", 1), ArgumentError);
    const auto select = c.driver->prepare("SELECT ?, ?", 2);
    const ValueView one = ValueView::int32(1);
    CHECK_THROWS_AS(select->execute({&one, 1}, false), ArgumentError);
}

TEST_CASE("INSERT with RETURNING runs once on SQLite, is done when execute returns, and gives its rows") {
    Connected c;
    c.driver->run("CREATE TABLE t (id INTEGER PRIMARY KEY, at TIMESTAMP, data BLOB)");
    const std::string bytes("\0\1", 2);
    const auto insert =
        c.driver->prepare("INSERT INTO t (at, data) VALUES ('now', ?), ('then', NULL) RETURNING id, at, data", 1);
    const ValueView value = blob(bytes);
    insert->execute({&value, 1}, true);
    CHECK(c.text("SELECT count(*) FROM t") == "2");
    CHECK(insert->columns() == std::vector<std::string>{"id", "at", "data"});
    REQUIRE(insert->fetch());
    CHECK(insert->cell(0).as_int64() == 1);
    CHECK(insert->cell(1).as_text() == "now");
    CHECK(insert->cell(2).as_text() == bytes);
    REQUIRE(insert->fetch());
    CHECK(insert->cell(1).as_text() == "then");
    CHECK(insert->cell(2).is_null());
    CHECK_FALSE(insert->fetch());
    CHECK_FALSE(insert->fetch());
    CHECK(insert->affected_rows() == 2);
    CHECK(insert->last_insert_id() == 2);
}

TEST_CASE("SQLite tells how many rows a statement has changed") {
    Connected c;
    const auto affected = [&](const std::string& sql) {
        const auto statement = c.driver->prepare(sql, 0);
        statement->execute({}, false);
        return statement->affected_rows();
    };
    CHECK(affected("CREATE TABLE t (id INTEGER PRIMARY KEY, x)") == 0);
    CHECK(affected("INSERT INTO t (x) VALUES (1), (2), (3)") == 3);
    CHECK(affected("CREATE TABLE u (x)") == 0);
    CHECK(affected("SELECT * FROM t") == 0);
    CHECK(affected("UPDATE t SET x = x WHERE x > 1") == 2);
    CHECK(affected("UPDATE t SET x = 0 WHERE x > 9") == 0);
    CHECK(affected("CREATE TRIGGER also AFTER DELETE ON t BEGIN INSERT INTO u VALUES (1), (2); END") == 0);
    CHECK(affected("DELETE FROM t") == 3);
    CHECK(affected("DROP TABLE u") == 0);
}

TEST_CASE("SQLite tells the key of the last insert, and only of an insert") {
    Connected c;
    using Id = std::optional<std::int64_t>;
    const auto last_id = [&](const std::string& sql) {
        const auto statement = c.driver->prepare(sql, 0);
        statement->execute({}, false);
        return statement->last_insert_id();
    };
    c.driver->run("CREATE TABLE t (id INTEGER PRIMARY KEY, x UNIQUE); CREATE TABLE u (id INTEGER PRIMARY KEY, x)");
    CHECK(last_id("INSERT INTO t (x) VALUES ('a')") == Id(1));
    CHECK(last_id("INSERT INTO u (x) VALUES ('a')") == Id(1));
    CHECK(last_id("REPLACE INTO t VALUES (5, 'b')") == Id(5));
    CHECK(last_id("UPDATE t SET x = 'c' WHERE id = 5") == Id());
    CHECK(last_id("INSERT INTO t (x) VALUES ('c') ON CONFLICT DO NOTHING") == Id());
    CHECK(last_id("INSERT INTO t (x) VALUES ('c') ON CONFLICT (x) DO UPDATE SET x = 'd'") == Id());
    CHECK(last_id("SELECT 1") == Id());
    CHECK(c.text("SELECT last_insert_rowid()") == "5");
    CHECK(last_id("INSERT INTO u (x) VALUES (last_insert_rowid())") == Id(2));
    CHECK(c.text("SELECT x FROM u WHERE id = 2") == "5");
}

TEST_CASE("a failed insert leaves SQLite's last key as it was") {
    Connected c;
    c.driver->run("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (3)");
    const auto insert = c.driver->prepare("INSERT INTO t VALUES (3)", 0);
    CHECK_THROWS_AS(insert->execute({}, false), UniqueViolation);
    CHECK(insert->last_insert_id() == std::nullopt);
    CHECK(c.text("SELECT last_insert_rowid()") == "3");
}

TEST_CASE("a SQLite statement knows whether it only reads") {
    Connected c;
    c.driver->run("CREATE TABLE t (x)");
    CHECK(c.driver->prepare("SELECT * FROM t", 0)->reads_only());
    CHECK(c.driver->prepare("WITH a AS (SELECT 1) SELECT * FROM a", 0)->reads_only());
    CHECK_FALSE(c.driver->prepare("INSERT INTO t VALUES (1)", 0)->reads_only());
    CHECK_FALSE(c.driver->prepare("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", 0)->reads_only());
    CHECK_FALSE(c.driver->prepare("CREATE TABLE u (x)", 0)->reads_only());
}

TEST_CASE("a kept SQLite statement sees a changed table's new columns") {
    Connected c;
    c.driver->run("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    const auto select = c.driver->prepare("SELECT * FROM t", 0);
    select->execute({}, false);
    CHECK(select->columns() == std::vector<std::string>{"a"});
    select->finish();
    c.driver->run("ALTER TABLE t ADD COLUMN b");
    select->execute({}, false);
    CHECK(select->columns() == std::vector<std::string>{"a", "b"});
    REQUIRE(select->fetch());
    CHECK(select->cell(1).is_null());
}

TEST_CASE("a SQLite select that is finished early frees its table") {
    Connected c;
    c.driver->run("CREATE TABLE t (x); INSERT INTO t VALUES (1), (2)");
    const auto select = c.driver->prepare("SELECT x FROM t", 0);
    select->execute({}, true);
    REQUIRE(select->fetch());
    CHECK_THROWS_AS(c.driver->run("DROP TABLE t"), OperationalError);
    select->finish();
    select->finish();
    CHECK_FALSE(select->fetch());
    c.driver->run("DROP TABLE t");
}

TEST_CASE("an error while SQLite's rows are fetched is thrown, and the statement can be executed again") {
    Connected c;
    const auto select = c.driver->prepare("SELECT abs(n) FROM (SELECT 1 n UNION ALL SELECT ?)", 1);
    const ValueView overflow = ValueView::int64(std::numeric_limits<std::int64_t>::min());
    select->execute({&overflow, 1}, false);
    REQUIRE(select->fetch());
    CHECK_THROWS_AS(select->fetch(), DataError);
    CHECK_FALSE(select->fetch());
    const ValueView good = ValueView::int64(-2);
    select->execute({&good, 1}, false);
    REQUIRE(select->fetch());
    REQUIRE(select->fetch());
    CHECK(select->cell(0).as_int64() == 2);
}
