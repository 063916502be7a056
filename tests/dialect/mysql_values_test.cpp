#include "dialect/mysql_fixture.hpp"

#include "types/time_text.hpp"

#include <cmath>
#include <limits>

using namespace sociable;
using namespace sociable::test;

namespace {

ValueView blob(std::string_view text) { return ValueView::blob(std::as_bytes(std::span(text))); }

/// What a column of the type gives back.
std::string round_trip(MysqlConnected& db, const std::string& type, const ValueView& value) {
    db.driver->run("CREATE OR REPLACE TEMPORARY TABLE t (v " + type + ")");
    db.rows("INSERT INTO t VALUES (?)", {value});
    return db.value("SELECT v FROM t");
}

constexpr std::int64_t micros_per_day = 86'400'000'000;

}  // namespace

TEST_CASE("MariaDB gives back integers and booleans exactly, to the edges of their types") {
    MysqlConnected db;
    CHECK(round_trip(db, "BOOLEAN", ValueView::boolean(true)) == "int64 1");
    CHECK(round_trip(db, "BOOLEAN", ValueView::boolean(false)) == "int64 0");
    CHECK(round_trip(db, "INT", ValueView::int32(-2147483647 - 1)) == "int64 -2147483648");
    CHECK(round_trip(db, "INT UNSIGNED", ValueView::int64(4294967295)) == "int64 4294967295");
    CHECK(round_trip(db, "BIGINT", ValueView::int64(INT64_MIN)) == "int64 -9223372036854775808");
    CHECK(round_trip(db, "BIGINT", ValueView::int64(INT64_MAX)) == "int64 9223372036854775807");
    CHECK(round_trip(db, "BIGINT UNSIGNED", ValueView::uint64(UINT64_MAX)) == "uint64 18446744073709551615");
    CHECK(round_trip(db, "BIGINT UNSIGNED", ValueView::uint64(7)) == "int64 7");
    CHECK(round_trip(db, "TINYINT", ValueView::int32(-128)) == "int64 -128");
    CHECK(round_trip(db, "TINYINT UNSIGNED", ValueView::int32(255)) == "int64 255");
    CHECK(round_trip(db, "SMALLINT", ValueView::int32(-32768)) == "int64 -32768");
    CHECK(round_trip(db, "SMALLINT UNSIGNED", ValueView::int32(65535)) == "int64 65535");
    CHECK(round_trip(db, "MEDIUMINT", ValueView::int32(-8388608)) == "int64 -8388608");
    CHECK(round_trip(db, "YEAR", ValueView::int32(2155)) == "int64 2155");
    CHECK(round_trip(db, "BIT(1)", ValueView::boolean(true)) == "int64 1");
    CHECK(round_trip(db, "BIT(64)", ValueView::uint64(UINT64_MAX)) == "uint64 18446744073709551615");
}

TEST_CASE("MariaDB: 2^64-1 in a column that can't hold it is a DataError") {
    MysqlConnected db;
    db.driver->run("CREATE TEMPORARY TABLE t (v BIGINT)");
    const auto error = error_of([&] { db.rows("INSERT INTO t VALUES (?)", {ValueView::uint64(UINT64_MAX)}); });
    CHECK(error.kind == ErrorKind::data);
    CHECK(error.native_code == 1264);
}

TEST_CASE("MariaDB gives back doubles exactly; it has no NaN and no infinity, and is not asked") {
    MysqlConnected db;
    const auto insert = db.prepare("SELECT ? + 0e0", 1);
    using limits = std::numeric_limits<double>;
    for (const double value :
         {0.1, -0.0, 1.0 / 3.0, limits::max(), limits::lowest(), limits::min(), limits::denorm_min()}) {
        const ValueView values[] = {ValueView::float64(value)};
        insert->execute(values, false);
        REQUIRE(insert->fetch());
        CHECK(insert->cell(0).as_float64() == value);
    }
    for (const double value : {limits::quiet_NaN(), limits::infinity(), -limits::infinity()}) {
        const ValueView values[] = {ValueView::float64(value)};
        const auto error = error_of([&] { insert->execute(values, false); });
        CHECK(error.kind == ErrorKind::data);
        CHECK(error.sqlstate == "22003");
    }
    CHECK(round_trip(db, "FLOAT", ValueView::float64(0.5)) == "float64 0.500000");
    CHECK(round_trip(db, "DECIMAL(30,10)", ValueView::text("12345678901234567890.0123456789")) ==
          "text 12345678901234567890.0123456789");
}

TEST_CASE("MariaDB gives back text and bytes exactly, and tells empty from NULL") {
    using namespace std::string_literals;
    MysqlConnected db;
    for (const std::string& text :
         {""s, "abc"s, "a\0b"s, "\0"s, "'\"\\ %_"s, "\xF0\x9F\x90\x98 \xC3\xA9"s, std::string(1 << 20, 'x')}) {
        CHECK(round_trip(db, "LONGTEXT CHARACTER SET utf8mb4", ValueView::text(text)) == "text " + text);
        CHECK(round_trip(db, "LONGBLOB", blob(text)) == "blob " + text);
    }
    std::string all_bytes;
    for (int i = 0; i < 256; ++i) all_bytes += static_cast<char>(i);
    CHECK(round_trip(db, "VARBINARY(256)", blob(all_bytes)) == "blob " + all_bytes);
    CHECK(round_trip(db, "TEXT", ValueView::null()) == "null");
    CHECK(round_trip(db, "TEXT", ValueView::text({})) == "text ");
    CHECK(round_trip(db, "BLOB", ValueView::blob({})) == "blob ");
    CHECK(db.row("SELECT NULL, ?, ?, ?", {ValueView::null(), ValueView::text("a"), blob("b")}) ==
          Row{"null", "null", "text a", "blob b"});
}

TEST_CASE("MariaDB's texts of other types are texts") {
    MysqlConnected db;
    CHECK(round_trip(db, "ENUM('a','b')", ValueView::text("b")) == "text b");
    CHECK(round_trip(db, "SET('a','b')", ValueView::text("a,b")) == "text a,b");
    CHECK(round_trip(db, "JSON", ValueView::text(R"({"a": 1})")) == R"(text {"a": 1})");
    CHECK(round_trip(db, "UUID", ValueView::text("123e4567-e89b-12d3-a456-426655440000")) ==
          "text 123e4567-e89b-12d3-a456-426655440000");
    CHECK(round_trip(db, "INET6", ValueView::text("::1")) == "text ::1");
    CHECK(db.row("SELECT COUNT(*), SUM(1), CONCAT(1, 2), VERSION() <> '' FROM DUAL") ==
          Row{"int64 1", "text 1", "text 12", "int64 1"});
    CHECK(db.row("SHOW VARIABLES LIKE 'sql_auto_is_null'") == Row{"text sql_auto_is_null", "text OFF"});
}

TEST_CASE("MariaDB gives back dates and times to the microsecond, from the year 0 to 9999") {
    MysqlConnected db;
    const auto days = [](int y, unsigned m, unsigned d) {
        using namespace std::chrono;
        return static_cast<std::int64_t>(
            sys_days{year{y} / static_cast<int>(m) / static_cast<int>(d)}.time_since_epoch().count());
    };
    CHECK(round_trip(db, "DATE", ValueView::date(days(1, 1, 1))) == "text 0001-01-01");
    CHECK(round_trip(db, "DATE", ValueView::date(days(0, 1, 1))) == "text 0000-01-01");
    CHECK(round_trip(db, "DATE", ValueView::date(days(9999, 12, 31))) == "text 9999-12-31");
    CHECK(round_trip(db, "DATE", ValueView::date(0)) == "text 1970-01-01");
    CHECK(round_trip(db, "DATETIME(6)", ValueView::timestamp(-1)) == "text 1969-12-31 23:59:59.999999");
    CHECK(round_trip(db, "DATETIME(6)", ValueView::timestamp(days(1, 1, 1) * micros_per_day + 1)) ==
          "text 0001-01-01 00:00:00.000001");
    CHECK(round_trip(db, "DATETIME(6)", ValueView::local_timestamp(days(10000, 1, 1) * micros_per_day - 1)) ==
          "text 9999-12-31 23:59:59.999999");
    CHECK(round_trip(db, "DATETIME(6)", ValueView::timestamp(0)) == "text 1970-01-01 00:00:00.000000");
    CHECK(round_trip(db, "DATETIME(3)", ValueView::timestamp(123'000)) == "text 1970-01-01 00:00:00.123");
    CHECK(round_trip(db, "DATETIME", ValueView::timestamp(5'000'000)) == "text 1970-01-01 00:00:05");
    CHECK(round_trip(db, "TIMESTAMP(6)", ValueView::timestamp(1'711'846'800'000'001)) ==
          "text 2024-03-31 01:00:00.000001");
    CHECK(round_trip(db, "TIME(6)", ValueView::text("-838:59:58.000001")) == "text -838:59:58.000001");
    CHECK(round_trip(db, "TIME", ValueView::text("00:00:00")) == "text 00:00:00");
    CHECK(db.value("SELECT ?", {ValueView::timestamp(1)}) == "text 1970-01-01 00:00:00.000001");
    CHECK(db.value("SELECT ?", {ValueView::date(1)}) == "text 1970-01-02");
    db.driver->run("SET sql_mode = ''");
    CHECK(round_trip(db, "DATETIME", ValueView::text("0000-00-00 00:00:00")) == "text 0000-00-00 00:00:00");
}

TEST_CASE("MariaDB: a date outside the years 0 to 9999 is a DataError before anything is sent") {
    MysqlConnected db;
    const auto statement = db.prepare("SELECT ?", 1);
    for (const ValueView& value :
         {ValueView::date(-719529), ValueView::date(2932897), ValueView::date(INT64_MIN), ValueView::date(INT64_MAX),
          ValueView::timestamp(INT64_MIN), ValueView::local_timestamp(INT64_MAX)}) {
        const ValueView values[] = {value};
        const auto error = error_of([&] { statement->execute(values, false); });
        CHECK(error.kind == ErrorKind::data);
        CHECK(error.sqlstate == "22008");
    }
    CHECK(db.value("SELECT 1") == "int64 1");
}

TEST_CASE("MariaDB: a timestamp means the same instant in a TIMESTAMP column whatever zone the server has") {
    MysqlConnected db;
    CHECK(db.value("SELECT @@session.time_zone") == "text +00:00");
    db.driver->run("CREATE TEMPORARY TABLE t (v TIMESTAMP(6))");
    db.rows("INSERT INTO t VALUES (?)", {ValueView::timestamp(1'711'846'800'000'001)});
    CHECK(db.value("SELECT CAST(UNIX_TIMESTAMP(v) * 1000000 AS INT) FROM t") == "int64 1711846800000001");
}
