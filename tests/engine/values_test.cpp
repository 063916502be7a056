#include "support/database.hpp"
#include "support/every_type.hpp"
#include "support/thrown.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono;

namespace {

/// A new table with a column `v` that must hold a value and a column `o` that need not.
std::string create(Connection& c, const std::string& type) {
    static int count = 0;
    const std::string table = "t" + std::to_string(++count);
    c.execute("CREATE TABLE " + table + " (n integer PRIMARY KEY, v " + type + " NOT NULL, o " + type + ")");
    return table;
}

/// Each value is given back by the database as it was put in.
template <class T>
void check_values(Connection& c, const std::string& type, const std::vector<T>& values) {
    CAPTURE(type);
    const std::string table = create(c, type);
    const std::string insert = "INSERT INTO " + table + " VALUES (:n, :v, :o)";
    int n = 0;
    for (const T& value : values) c.execute(insert, {{"n", n++}, {"v", value}, {"o", std::optional<T>(value)}});
    c.execute(insert, {{"n", n}, {"v", values[0]}, {"o", std::optional<T>()}});
    c.commit();

    const auto read = c.execute("SELECT v FROM " + table + " ORDER BY n").all<T>();
    const auto optional = c.execute("SELECT o FROM " + table + " ORDER BY n").all<std::optional<T>>();
    const auto rows = c.execute("SELECT v, o FROM " + table + " ORDER BY n").all();
    REQUIRE(read.size() == values.size() + 1);
    REQUIRE(optional.size() == values.size() + 1);
    for (std::size_t i = 0; i < values.size(); ++i) {
        CAPTURE(i);
        CHECK(same(read[i], values[i]));
        REQUIRE(optional[i].has_value());
        CHECK(same(*optional[i], values[i]));
        CHECK(same(rows[i].get<T>("v"), values[i]));
    }
    CHECK_FALSE(optional.back().has_value());
    CHECK(rows.back().is_null("o"));
}

/// The value is refused, clearly, and nothing is stored.
template <class T>
std::string refused(Connection& c, const std::string& type, const T& value) {
    const std::string table = create(c, type);
    c.commit();
    const auto error = thrown<DataError>([&] {
        c.execute("INSERT INTO " + table + " VALUES (1, :v, NULL)", {{"v", value}});
    });
    c.rollback();
    CHECK(c.execute("SELECT count(*) FROM " + table).scalar<int>() == 0);
    return error.message();
}

/// A comparison with `value` finds it, and not the other.
template <class T>
void check_finds(Connection& c, const std::string& type, const T& value, const T& other) {
    CAPTURE(type);
    const std::string table = create(c, type);
    c.execute_many("INSERT INTO " + table + " VALUES (:n, :v, NULL)",
                   {{{"n", 1}, {"v", value}}, {{"n", 2}, {"v", other}}});
    Result found = c.execute("SELECT n FROM " + table + " WHERE v = :v", {{"v", value}});
    CHECK(found.all<int>() == std::vector<int>{1});
}

template <class T>
std::vector<T> edges() {
    using limits = std::numeric_limits<T>;
    return {limits::min(), 0, 1, static_cast<T>(limits::min() + 1), static_cast<T>(limits::max() - 1), limits::max()};
}

}  // namespace

TEST_CASE("Booleans and signed integers come back exactly, to the edges of their types") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        check_values<bool>(c, "boolean", {true, false});
        check_values<std::int8_t>(c, "smallint", edges<std::int8_t>());
        check_values<std::int16_t>(c, "smallint", edges<std::int16_t>());
        check_values<std::int32_t>(c, "integer", edges<std::int32_t>());
        check_values<std::int64_t>(c, "bigint", edges<std::int64_t>());
        check_values<long long>(c, "bigint", edges<long long>());
    });
}

TEST_CASE("An integer of 64 bits comes back exactly from an SQLite INTEGER column") {
    Database db(Kind::sqlite);
    Engine engine = db.engine();
    Connection c = engine.connect();
    check_values<std::int64_t>(c, "INTEGER", {5'000'000'000, -5'000'000'000, INT64_MIN, INT64_MAX});
}

TEST_CASE("Unsigned integers come back exactly, and 2^64-1 where the database can hold it") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        check_values<std::uint8_t>(c, "smallint", edges<std::uint8_t>());
        check_values<std::uint16_t>(c, "integer", edges<std::uint16_t>());
        check_values<std::uint32_t>(c, "bigint", edges<std::uint32_t>());
        check_values<std::uint64_t>(c, "bigint", {0, 1, INT64_MAX});
        const Types types(db.kind());
        if (db.kind() == Kind::sqlite)
            CHECK(contains(refused(c, types.unsigned64, UINT64_MAX), "9223372036854775807"));
        else
            check_values<std::uint64_t>(c, types.unsigned64, edges<std::uint64_t>());
        refused(c, "bigint", std::uint64_t{1} << 63);
    });
}

TEST_CASE("Doubles come back exactly, denormals and the sign of zero too") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        using limits = std::numeric_limits<double>;
        const Types types(db.kind());
        check_values<double>(
            c, types.real,
            {0.0, 0.1, -0.1, 1.0 / 3, 1e15, 9007199254740993.0, 123456789012345678.0, limits::min(), limits::max(),
             limits::lowest(), limits::denorm_min(), -limits::denorm_min(), limits::epsilon()});
        // SQLite stores a whole number in a REAL column as an integer, and so drops the sign of zero; MariaDB as well.
        if (db.kind() == Kind::postgresql) check_values<double>(c, types.real, {-0.0});
        check_values<float>(c, types.real, {0.1F, std::numeric_limits<float>::max(), -1.5F});
    });
}

TEST_CASE("NaN and infinity come back where the database holds them, and are a DataError elsewhere") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        const double infinity = std::numeric_limits<double>::infinity();
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const Types types(db.kind());
        switch (db.kind()) {
            case Kind::sqlite:
                check_values<double>(c, types.real, {infinity, -infinity});
                CHECK(contains(refused(c, types.real, nan), "NaN"));
                break;
            case Kind::postgresql: check_values<double>(c, types.real, {infinity, -infinity, nan, -nan}); break;
            case Kind::mysql:
                CHECK(contains(refused(c, types.real, infinity), "MariaDB can't hold"));
                CHECK(contains(refused(c, types.real, -infinity), "MariaDB can't hold"));
                CHECK(contains(refused(c, types.real, nan), "NaN"));
                break;
        }
    });
}

TEST_CASE("Text comes back exactly: empty, in every script, with every quote, and a megabyte of it") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        std::string megabyte;
        while (megabyte.size() < 1'000'000) megabyte += unicode + awkward;
        const Types types(db.kind());
        check_values<std::string>(c, types.text,
                                  {"", " ", "trailing  ", "NULL", "0", "007", "1e5", unicode, awkward, megabyte});
        check_values<std::string>(c, "varchar(100)", {"", " both ", unicode, awkward, "12.0"});
    });
}

TEST_CASE("NUL in a text comes back, and is a clear DataError on PostgreSQL") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        using namespace std::string_literals;
        const Types types(db.kind());
        if (db.kind() == Kind::postgresql)
            CHECK(contains(refused(c, types.text, "secret\0b"s), "can't hold NUL"));
        else
            check_values<std::string>(c, types.text, {"a\0b"s, "\0"s, "\0\0end"s});
    });
}

TEST_CASE("Bytes come back exactly: every byte, none, and a megabyte") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        Bytes megabyte;
        while (megabyte.size() < 1'000'000) megabyte.push_back(static_cast<std::byte>(megabyte.size() * 7));
        const Types types(db.kind());
        check_values<Bytes>(c, types.blob, {Bytes(), Bytes(1), every_byte(), megabyte, bytes_of("\\x41\\000")});
    });
}

TEST_CASE("Empty and NULL stay apart, in text and in bytes") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        const Types types(db.kind());
        c.execute("CREATE TABLE t (n integer, s " + types.text + ", b " + types.blob + ")");
        const char* nothing = nullptr;
        c.execute("INSERT INTO t VALUES (1, :s, :b)", {{"s", std::string_view()}, {"b", Bytes()}});
        c.execute("INSERT INTO t VALUES (2, :s, :b)", {{"s", std::nullopt}, {"b", std::optional<Bytes>()}});
        c.execute("INSERT INTO t VALUES (3, :s, :b)", {{"s", nothing}, {"b", ValueView()}});
        c.execute("INSERT INTO t VALUES (4, :s, :b)", {{"s", ""}, {"b", std::span<const std::byte>()}});
        c.execute("INSERT INTO t VALUES (5, :s, :b)", {{"s", nullptr}, {"b", nullptr}});
        CHECK(c.execute("SELECT n FROM t WHERE s IS NULL ORDER BY n").all<int>() == std::vector<int>{2, 3, 5});
        CHECK(c.execute("SELECT n FROM t WHERE b IS NULL ORDER BY n").all<int>() == std::vector<int>{2, 3, 5});
        CHECK(c.execute("SELECT n FROM t WHERE s = '' ORDER BY n").all<int>() == std::vector<int>{1, 4});
    });
}

TEST_CASE("Enums come back by their underlying integer") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        check_values<Color>(c, "smallint", {Color::red, Color::green, Color::blue});
        check_values<Big>(c, "bigint", {Big::low, Big::high});
    });
}

TEST_CASE("Dates come back exactly, as far as the database reaches") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        std::vector<year_month_day> dates{1970y / January / 1,  1969y / December / 31, 2024y / February / 29,
                                          1582y / October / 10, 1y / January / 1,      9999y / December / 31};
        if (db.kind() != Kind::mysql)
            dates.insert(dates.end(), {0y / January / 1, year(-1) / February / 28, year(-4711) / January / 1,
                                       10000y / January / 1, year::max() / December / 31});
        if (db.kind() == Kind::sqlite) dates.push_back(year::min() / January / 1);
        check_values<year_month_day>(c, "date", dates);
        std::vector<sys_days> as_days;
        for (const year_month_day& date : dates) as_days.push_back(date);
        check_values<sys_days>(c, "date", as_days);

        CHECK(contains(refused(c, "date", 2023y / February / 29), "calendar"));
        if (db.kind() == Kind::mysql) CHECK(contains(refused(c, "date", 10000y / January / 1), "9999"));
        if (db.kind() == Kind::postgresql) refused(c, "date", year(-10000) / January / 1);
    });
}

TEST_CASE("Instants and wall clocks come back to the microsecond, before 1970 too") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        const Types types(db.kind());
        std::vector<Instant> instants{Instant(0us),
                                      Instant(-1us),
                                      Instant(1us),
                                      Instant(-999'999us),
                                      Instant(1'711'846'799'999'999us),
                                      Instant(sys_days(1y / January / 1)) + 1us,
                                      Instant(sys_days(9999y / December / 31)) + 86'399'999'999us};
        if (db.kind() != Kind::mysql) {
            instants.push_back(Instant(sys_days(year(-4711) / January / 1)) + 1us);
            instants.push_back(Instant(sys_days(year(32767) / December / 31)) + 86'399'999'999us);
        }
        check_values<Instant>(c, types.instant, instants);
        std::vector<WallClock> clocks;
        for (const Instant& instant : instants) clocks.emplace_back(instant.time_since_epoch());
        check_values<WallClock>(c, types.wall_clock, clocks);
        check_values<sys_seconds>(c, types.instant, {sys_seconds(-1s), sys_seconds(1'700'000'000s)});
        check_values<sys_time<milliseconds>>(c, types.instant, {sys_time<milliseconds>(-1ms)});

        refused(c, types.instant, Instant::max());
        refused(c, types.wall_clock, WallClock::min());
    });
}

TEST_CASE("Nanoseconds are cut to the microsecond, towards the past") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        const std::string table = create(c, Types(db.kind()).instant);
        c.execute("INSERT INTO " + table + " VALUES (1, :v, :o)",
                  {{"v", sys_time<nanoseconds>(-1ns)}, {"o", sys_time<nanoseconds>(1999ns)}});
        CHECK(c.execute("SELECT v FROM " + table).scalar<Instant>() == Instant(-1us));
        CHECK(c.execute("SELECT o FROM " + table).scalar<Instant>() == Instant(1us));
    });
}

TEST_CASE("An instant is the same whatever time zone the PostgreSQL session has") {
    Database db(Kind::postgresql);
    Engine engine = db.engine();
    Connection c = engine.connect({.settings = {{"TimeZone", "Asia/Kolkata"}}});
    check_values<Instant>(c, "timestamptz", {Instant(0us), Instant(1'711'846'800'000'001us), Instant(-1us)});
}

TEST_CASE("UUIDs and JSON come back as the strings they were") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        const Types types(db.kind());
        check_values<std::string>(
            c, types.uuid, {uuid, "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"});
        check_values<std::string>(c, types.json, {json, "null", "[]", "\"\"", "12345678901234567890.5"});
        if (db.kind() == Kind::sqlite) return;
        refused(c, types.uuid, std::string("no uuid"));
        if (db.kind() == Kind::postgresql) refused(c, types.json, std::string("{no json"));
    });
}

TEST_CASE("A struct of every type comes back equal, alone and in a batch of many rows") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine({.init_sql = db.kind() == Kind::mysql
                                                   ? std::vector<std::string>{"SET sql_mode = concat(@@sql_mode, "
                                                                              "',ANSI_QUOTES')"}
                                                   : std::vector<std::string>{}});
        Connection c = engine.connect();
        create_everything(c, db.kind());
        std::vector<Everything> rows;
        for (int i = 0; i < 1000; ++i) rows.push_back(everything(i));
        c.execute(insert_everything, rows[0]);
        CHECK(c.execute("SELECT * FROM everything").one<Everything>() == rows[0]);
        const std::vector<Everything> others(rows.begin() + 1, rows.end());
        CHECK(c.execute_many(insert_everything, others) == 999);
        c.commit();
        CHECK(c.execute("SELECT * FROM everything ORDER BY id").all<Everything>() == rows);
        std::vector<Everything> streamed;
        for (const Everything& row : c.stream("SELECT * FROM everything ORDER BY id").rows<Everything>())
            streamed.push_back(row);
        CHECK(streamed == rows);
    });
}

TEST_CASE("A value finds the row that holds it") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        const Types types(db.kind());
        check_finds(c, "boolean", true, false);
        check_finds(c, "bigint", INT64_MIN, INT64_MAX);
        check_finds(c, "bigint", 1, 2);
        check_finds(c, types.real, 0.1, 0.2);
        check_finds(c, types.text, unicode, awkward);
        check_finds(c, types.blob, every_byte(), Bytes());
        check_finds(c, "date", year_month_day(2024y / February / 29), year_month_day(2024y / March / 1));
        check_finds(c, types.instant, Instant(-1us), Instant(0us));
        check_finds(c, types.wall_clock, WallClock(1us), WallClock(0us));
        check_finds(c, types.uuid, uuid, std::string("ffffffff-ffff-ffff-ffff-ffffffffffff"));
    });
}
