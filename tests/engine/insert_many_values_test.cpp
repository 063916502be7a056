#include "support/database.hpp"
#include "support/every_type.hpp"
#include "support/thrown.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono;

namespace {

int next_number() {
    static int number = 0;
    return ++number;
}

/// insert_many stores what execute stores, also when there are enough rows for the database's fastest way.
template <class T>
void check_alike(Connection& c, const std::string& type, const std::vector<T>& values) {
    CAPTURE(type);
    const int number = next_number();
    const std::string one = "one_" + std::to_string(number);
    const std::string many = "many_" + std::to_string(number);
    for (const std::string& table : {one, many})
        c.execute("CREATE TABLE " + table + " (n integer PRIMARY KEY, v " + type + ", o " + type + ")");
    std::vector<int> numbers(400);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i);
    std::vector<std::optional<T>> optional;
    for (const int i : numbers)
        optional.push_back(i % 3 == 0 ? std::nullopt
                                      : std::optional<T>(values[static_cast<std::size_t>(i) % values.size()]));
    std::vector<std::vector<Parameter>> rows;
    for (const int& i : numbers) {
        const auto at = static_cast<std::size_t>(i);
        rows.push_back({{"n", i}, {"v", values[at % values.size()]}, {"o", optional[at]}});
        if (at < values.size() * 3) c.execute("INSERT INTO " + one + " VALUES (:n, :v, :o)", rows.back());
    }
    CHECK(c.insert_many(many, rows) == 400);

    const auto stored = c.execute("SELECT v FROM " + many + " ORDER BY n").template all<T>();
    REQUIRE(stored.size() == rows.size());
    const auto expected = c.execute("SELECT v FROM " + one + " ORDER BY n").template all<T>();
    for (std::size_t i = 0; i < stored.size(); ++i) CHECK(same(stored[i], expected[i % values.size()]));
    const auto stored_optional = c.execute("SELECT o FROM " + many + " ORDER BY n").template all<std::optional<T>>();
    for (std::size_t i = 0; i < stored.size(); ++i) {
        REQUIRE(stored_optional[i].has_value() == optional[i].has_value());
        if (optional[i]) CHECK(same(*stored_optional[i], stored[i]));
    }
}

template <class T>
std::vector<T> edges() {
    using limits = std::numeric_limits<T>;
    return {limits::min(), 0, 1, limits::max()};
}

}  // namespace

TEST_CASE("A struct of every type is inserted by insert_many as by execute") {
    on_each(all_kinds, [](Database& db) {
        Engine engine =
            db.engine({.init_sql = db.kind() == Kind::mysql
                                       ? std::vector<std::string>{"SET sql_mode = concat(@@sql_mode, ',ANSI_QUOTES')"}
                                       : std::vector<std::string>{}});
        Connection c = engine.connect();
        create_everything(c, db.kind());
        std::vector<Everything> rows;
        for (int i = 0; i < 1000; ++i) rows.push_back(everything(i));
        CHECK(c.insert_many("everything", rows) == 1000);
        CHECK(c.execute("SELECT * FROM everything ORDER BY id").all<Everything>() == rows);
        c.execute("DELETE FROM everything");
        CHECK(c.insert_many("everything", std::span(rows).first(20)) == 20);
        CHECK(c.execute("SELECT * FROM everything ORDER BY id").all<Everything>() ==
              std::vector<Everything>(rows.begin(), rows.begin() + 20));
    });
}

TEST_CASE("The edges of every type are stored alike by insert_many and execute") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        const Types types(db.kind());
        check_alike<bool>(c, "boolean", {true, false});
        check_alike(c, "smallint", edges<std::int16_t>());
        check_alike(c, "integer", edges<std::int32_t>());
        check_alike(c, "bigint", edges<std::int64_t>());
        check_alike<Color>(c, "integer", {Color::red, Color::blue});
        if (db.kind() != Kind::sqlite)
            check_alike(c, types.unsigned64, std::vector<std::uint64_t>{0, 1, INT64_MAX, 1ULL << 63, UINT64_MAX});
        std::vector<double> doubles{0.0, -0.0, 0.1, -1.0 / 3, 1e15, 1e22, 1.5e-9, 5e-324, 1.7976931348623157e308};
        if (db.kind() != Kind::mysql) doubles.push_back(std::numeric_limits<double>::infinity());
        if (db.kind() != Kind::mysql) doubles.push_back(-std::numeric_limits<double>::infinity());
        check_alike(c, types.real, doubles);
        check_alike<std::string>(c, types.text,
                                 {"", unicode, awkward, "\\N", "\\.", "NULL", "a\tb\nc\rd\\e\bf\vg\fh",
                                  std::string(100'000, 'x'), "\\x00", "{1,2}", " leading and trailing "});
        check_alike<Bytes>(c, types.blob, {Bytes(), every_byte(), bytes_of("\\x41"), Bytes(70'000, std::byte{0x5c})});
        check_alike<year_month_day>(c, "date", {1000y / 1 / 1, 1970y / 1 / 1, 2024y / 2 / 29, 9999y / 12 / 31});
        const auto first = sys_days(1000y / 1 / 1);
        check_alike<Instant>(c, types.instant, {Instant(0us), Instant(-1us), Instant(999'999us), first});
        check_alike<WallClock>(c, types.wall_clock,
                               {WallClock(0us), WallClock(-1us), WallClock(1'700'000'000'123'456us)});
        check_alike<std::string>(c, types.uuid, {uuid, "ffffffff-ffff-ffff-ffff-ffffffffffff"});
        check_alike<std::string>(c, types.json, {json, "null", "[]", "{\"a\\n\": \"\\\\\"}"});
    });
}

TEST_CASE("insert_many stores alike where a column's type is not the value's") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        c.execute("CREATE TABLE one (a integer, b numeric(20, 10), c numeric(10, 2), d varchar(100), e real)");
        c.execute("CREATE TABLE many (a integer, b numeric(20, 10), c numeric(10, 2), d varchar(100), e real)");
        const std::vector<double> halves{0.5, 1.5, 2.5, -0.5, 0.1 + 0.2, 1234567.125};
        std::vector<std::string> texts;
        for (const double half : halves) texts.push_back(std::to_string(half));
        std::vector<std::vector<Parameter>> rows;
        for (std::size_t i = 0; i < 300; ++i) {
            const double& value = halves[i % halves.size()];
            rows.push_back({{"a", value}, {"b", value}, {"c", texts[i % halves.size()]}, {"d", value}, {"e", value}});
        }
        for (const auto& row : rows) c.execute("INSERT INTO one VALUES (:a, :b, :c, :d, :e)", row);
        CHECK(c.insert_many("many", rows) == 300);
        const std::string groups = "SELECT a, b, c, d, e, count(*) FROM ";
        const std::string by = " GROUP BY a, b, c, d, e ORDER BY b, a";
        const auto one = c.execute(groups + "one" + by).all();
        const auto many = c.execute(groups + "many" + by).all();
        REQUIRE(one.size() == halves.size());
        REQUIRE(many.size() == one.size());
        for (std::size_t i = 0; i < one.size(); ++i)
            for (std::size_t column = 0; column < 6; ++column)
                CHECK(one[i].get<std::string>(column) == many[i].get<std::string>(column));
    });
}

TEST_CASE("PostgreSQL: insert_many goes by INSERT where COPY would do something else") {
    Database db(Kind::postgresql);
    Engine engine = db.engine();
    Connection c = engine.connect();
    const Bytes bytes = every_byte();
    const std::vector<std::vector<Parameter>> numbers(500, {{"n", 5}});
    const std::vector<std::vector<Parameter>> blobs(500, {{"t", bytes}});
    const auto count = [&](const std::string& table) {
        return c.execute("SELECT count(*) FROM " + table).scalar<int>();
    };
    c.execute("CREATE TABLE texts (t text)");
    c.execute("INSERT INTO texts VALUES (:t)", blobs[0]);
    c.insert_many("texts", blobs);
    CHECK(c.execute("SELECT DISTINCT t FROM texts").all<std::string>().size() == 1);
    c.execute("DELETE FROM texts");

    c.execute("CREATE TABLE ruled (n integer)");
    c.execute("CREATE RULE doubled AS ON INSERT TO ruled DO INSTEAD INSERT INTO texts VALUES ('rule')");
    c.insert_many("ruled", numbers);
    CHECK(count("ruled") == 0);
    CHECK(count("texts") == 500);

    c.execute("CREATE TABLE numbers (n integer)");
    c.execute("CREATE VIEW viewed AS SELECT n FROM numbers WHERE n < 9 WITH CHECK OPTION");
    CHECK(c.insert_many("viewed", numbers) == 500);
    CHECK(count("numbers") == 500);

    const std::string five = "5";  // seconds or hours?
    const std::vector<std::vector<Parameter>> spans(500, {{"hours", five}, {"whole", five}});
    c.execute("CREATE TABLE spans (hours interval hour, whole interval)");
    c.execute("INSERT INTO spans VALUES (:hours, :whole)", spans[0]);
    c.insert_many("spans", spans);
    CHECK(c.execute("SELECT count(DISTINCT hours) FROM spans").scalar<int>() == 1);

    c.execute("CREATE TABLE identified (n integer GENERATED ALWAYS AS IDENTITY, o integer)");
    c.commit();
    CHECK(thrown<DatabaseError>([&] { c.insert_many("identified", numbers); }).sqlstate() == "428C9");
}
