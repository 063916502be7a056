#include "support/database.hpp"
#include "support/thrown.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

using namespace sociable;
using namespace sociable::test;

namespace {

struct Item {
    std::int64_t id = 0;
    std::string name;
    std::optional<std::string> note;
    double score = 0;
    bool done = false;
    bool operator==(const Item&) const = default;
};
BOOST_DESCRIBE_STRUCT(Item, (), (id, name, note, score, done))

struct Day {
    int n = 0;
    std::chrono::year_month_day day;
};
BOOST_DESCRIBE_STRUCT(Day, (), (n, day))

const std::string select_items = "SELECT * FROM items ORDER BY id";

Connection with_items(Engine& engine) {
    Connection c = engine.connect();
    c.execute(
        "CREATE TABLE items (id bigint PRIMARY KEY, name varchar(100) NOT NULL, note varchar(100), "
        "score double precision NOT NULL, done boolean NOT NULL)");
    c.commit();
    return c;
}

std::vector<Item> items(std::size_t count) {
    std::vector<Item> result;
    for (std::size_t i = 0; i < count; ++i) {
        const auto n = static_cast<std::int64_t>(i);
        result.push_back({n, "name " + std::to_string(i), {}, static_cast<double>(n) / 3, i % 3 == 0});
        if (i % 2 == 0) result.back().note = i % 4 == 0 ? "" : "note " + std::to_string(i);
    }
    return result;
}

int count_of(Connection& c, const std::string& table = "items") {
    return c.execute("SELECT count(*) FROM " + table).scalar<int>();
}

/// The caller goes on after an error: with its transaction where the database allows that.
void go_on(Connection& c, Kind kind) {
    if (kind == Kind::postgresql) {
        CHECK_THROWS_AS(c.execute("SELECT 1"), PendingRollbackError);
        c.rollback();
    }
}

}  // namespace

TEST_CASE("insert_many inserts as many structs as there are, and counts them") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_items(engine);
        for (const std::size_t count : {0, 1, 2, 49, 50, 51, 99, 100, 801, 20'000}) {
            CAPTURE(count);
            const std::vector<Item> given = items(count);
            CHECK(c.insert_many("items", given) == static_cast<std::int64_t>(count));
            CHECK(c.execute(select_items).all<Item>() == given);
            c.rollback();
            CHECK(count_of(c) == 0);
        }
        c.insert_many("items", items(1000));
        c.commit();
        CHECK(count_items(engine) == 1000);
    });
}

TEST_CASE("insert_many of parameters: the first row names the columns") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_items(engine);
        CHECK(c.insert_many("items", {{{"id", 1}, {"name", "a"}, {"score", 1.5}, {"done", true}},
                                      {{"name", "b"}, {"done", false}, {"id", 2}, {"score", -1.5}}}) == 2);
        CHECK(c.execute(select_items).all<Item>() ==
              std::vector<Item>{{1, "a", {}, 1.5, true}, {2, "b", {}, -1.5, false}});
        c.commit();

        const auto refused = [&](const std::vector<std::vector<Parameter>>& rows, const std::string& why) {
            CHECK(text_of<ArgumentError>([&] { c.insert_many("items", rows); }) == why);
            CHECK(count_of(c) == 2);  // also in the transaction that goes on
        };
        std::vector<std::vector<Parameter>> rows(
            1000, {{"id", 7}, {"name", "a"}, {"note", std::nullopt}, {"score", 1.5}, {"done", true}});
        std::vector<int> ids(1000);
        for (std::size_t i = 0; i < rows.size(); ++i) rows[i][0] = {"id", ids[i] = 10 + static_cast<int>(i)};
        const auto good = rows;
        rows[999].pop_back();
        refused(rows, "row 999: it has no value for the column 'done'");
        rows = good;
        rows[2].push_back({"colour", 1});
        refused(rows, "row 2: it has a value for 'colour', which the first row hasn't");
        rows = good;
        rows[2].push_back({"name", "b"});
        refused(rows, "row 2: it has two values for a column");
        refused({{}, {}}, "row 0: it has no values, which would name the columns to insert");
        CHECK(c.insert_many("items", good) == 1000);
    });
}

TEST_CASE("insert_many leaves columns out, and generated keys to the database") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        c.execute(db.kind() == Kind::postgresql ? "CREATE TABLE notes (id bigserial PRIMARY KEY, name text)"
                  : db.kind() == Kind::mysql    ? "CREATE TABLE notes (id bigint PRIMARY KEY AUTO_INCREMENT, name text)"
                                                : "CREATE TABLE notes (id integer PRIMARY KEY, name text)");
        const std::vector<Item> given = items(1234);
        CHECK(c.insert_many("notes", given, {.columns = {"name"}}) == 1234);
        auto rows = c.execute("SELECT name, id FROM notes ORDER BY id").all<std::pair<std::string, std::int64_t>>();
        REQUIRE(rows.size() == given.size());
        for (std::size_t i = 0; i < given.size(); ++i) {
            CHECK(rows[i].first == given[i].name);
            CHECK(rows[i].second == given[i].id + 1);
        }
        CHECK(c.insert_many("notes", {{{"id", 1}, {"name", "x"}}}, {.columns = {"name"}}) == 1);
        CHECK(text_of<ArgumentError>([&] { c.insert_many("notes", given, {.columns = {"nom"}}); }) ==
              "row 0: it has no value for the column 'nom'");
    });
}

TEST_CASE("Names of insert_many are quoted, and a dot divides schema and table") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        const std::string column = "select \"a\" `b`, :c";
        c.execute("CREATE TABLE " + engine.quote_identifier("order by") + " (" + engine.quote_identifier(column) +
                  " integer)");
        std::vector<std::vector<Parameter>> rows(200, {{column, 5}});
        CHECK(c.insert_many("order by", rows) == 200);
        const std::string schema = db.kind() == Kind::sqlite ? "main"
                                   : db.kind() == Kind::mysql
                                       ? c.execute("SELECT database()").scalar<std::string>()
                                       : c.execute("SELECT current_schema()").scalar<std::string>();
        CHECK(c.insert_many(schema + ".order by", rows) == 200);
        CHECK(count_of(c, engine.quote_identifier("order by")) == 400);
        for (const char* name : {"", ".", "a.", ".a", "a..b"})
            CHECK_THROWS_AS(c.insert_many(name, rows), ArgumentError);
        c.rollback();
        CHECK_THROWS_AS(c.insert_many("nowhere", rows), DatabaseError);
    });
}

TEST_CASE("A bad row of insert_many is told by its index, and nothing of the batch stays") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_items(engine);
        for (const auto& [count, bad] : {std::pair<std::size_t, std::size_t>{30, 17}, {2, 1}, {20'000, 17'017}}) {
            CAPTURE(bad);
            c.execute("INSERT INTO items VALUES (-1, 'before', NULL, 0, true)");
            std::vector<Item> rows = items(count);
            rows[bad].id = rows[bad - 1].id;
            const auto error = thrown<UniqueViolation>([&] { c.insert_many("items", rows); });
            CHECK(error.message().starts_with("row " + std::to_string(bad) + ": "));
            CHECK(error.statement().starts_with("INSERT INTO "));
            CHECK_FALSE(contains(error.what(), rows[bad].name));
            go_on(c, db.kind());
            CHECK(count_of(c) == (db.kind() == Kind::postgresql ? 0 : 1));
            c.rollback();

            rows = items(count);
            rows[bad].name = std::string(200, 'x');
            if (db.kind() == Kind::sqlite) continue;  // which has no longest text
            CHECK(thrown<DataError>([&] { c.insert_many("items", rows); })
                      .message()
                      .starts_with("row " + std::to_string(bad) + ": "));
            c.rollback();
            CHECK(count_of(c) == 0);
        }
    });
}

TEST_CASE("insert_many at AUTOCOMMIT is a transaction of its own") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        with_items(engine);
        Connection c = engine.connect({.isolation_level = IsolationLevel::autocommit});
        std::vector<Item> rows = items(3000);
        rows[2100].id = 3;
        CHECK(thrown<UniqueViolation>([&] { c.insert_many("items", rows); }).message().starts_with("row 2100: "));
        CHECK(count_items(engine) == 0);
        CHECK(c.insert_many("items", items(3000)) == 3000);
        CHECK(count_items(engine) == 3000);
        CHECK(c.execute("SELECT 1").scalar<int>() == 1);
    });
}

TEST_CASE("A trigger and a foreign key that refuse a row of insert_many tell its index") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_items(engine);
        c.execute(
            "CREATE TABLE parts (id bigint PRIMARY KEY, name varchar(100), FOREIGN KEY (id) REFERENCES items (id))");
        if (db.kind() == Kind::postgresql) {
            c.execute(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN IF NEW.name = 'bad' THEN RAISE EXCEPTION 'refused'; END IF; RETURN NEW; END $$");
            c.execute("CREATE TRIGGER refuse BEFORE INSERT ON parts FOR EACH ROW EXECUTE FUNCTION refuse()");
        } else if (db.kind() == Kind::mysql) {
            c.execute(
                "CREATE TRIGGER refuse BEFORE INSERT ON parts FOR EACH ROW BEGIN "
                "IF NEW.name = 'bad' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused'; END IF; END");
        } else {
            c.execute(
                "CREATE TRIGGER refuse BEFORE INSERT ON parts WHEN NEW.name = 'bad' "
                "BEGIN SELECT RAISE(ABORT, 'refused'); END");
        }
        c.insert_many("items", items(2000));
        c.commit();
        std::vector<Item> rows = items(2000);
        const InsertOptions options{.columns = {"id", "name"}};
        rows[1001].id = 9999;
        CHECK(thrown<ForeignKeyViolation>([&] { c.insert_many("parts", rows, options); })
                  .message()
                  .starts_with("row 1001: "));
        c.rollback();
        rows = items(2000);
        rows[1500].name = "bad";
        CHECK(thrown<DatabaseError>([&] { c.insert_many("parts", rows, options); }).message() == "row 1500: refused");
        c.rollback();
        CHECK(c.insert_many("parts", items(2000), options) == 2000);
    });
}

TEST_CASE("Values that can't be sent are told by their row, and the transaction goes on without the batch") {
    on_each(all_kinds, [](Database& db) {
        using namespace std::chrono;
        Engine engine = db.engine();
        Connection c = engine.connect();
        c.execute("CREATE TABLE days (n integer, day date, name varchar(100))");
        c.commit();
        c.execute("INSERT INTO days (n) VALUES (1)");
        std::vector<std::vector<Parameter>> rows(20'000, {{"n", 5}, {"day", 2024y / 2 / 29}, {"name", "x"}});
        const auto check = [&](const std::string& why) {
            const std::string text = text_of<DataError>([&] { c.insert_many("days", rows); });
            CHECK(contains(text, "row 19001: "));
            CHECK(contains(text, why));
            CHECK(count_of(c, "days") == 1);
        };
        const std::string nul("a\0b", 3);
        rows[19'001][2] = {"name", nul};
        if (db.kind() == Kind::postgresql) check("NUL");
        const double not_a_number = std::numeric_limits<double>::quiet_NaN();
        rows[19'001][2] = {"name", not_a_number};
        if (db.kind() != Kind::postgresql) check("NaN");
        std::vector<Day> february(3000, {1, 2023y / 2 / 28});
        february[2001].day = 2023y / 2 / 29;
        CHECK(thrown<DataError>([&] { c.insert_many("days", february); }).message().starts_with("row 2001: "));
        CHECK(count_of(c, "days") == 1);
    });
}

TEST_CASE("Rows made on the way are kept until they are sent") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_items(engine);
        const auto numbers = std::views::iota(0, 5000);
        const auto made =
            numbers | std::views::transform([](int i) {
                return Item{i, "a name that is long enough for the heap " + std::to_string(i), {}, 0, true};
            });
        CHECK(c.insert_many("items", made) == 5000);
        CHECK(std::ranges::equal(c.execute(select_items).all<Item>(), made));
        CHECK(c.execute_many("DELETE FROM items WHERE name = :name", made) == 5000);
    });
}

TEST_CASE("Rows that a view picks from others are read as they are sent") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_items(engine);
        std::vector<Item> items;
        for (int i = 0; i < 5000; ++i) items.push_back({i, "n", {}, 0, true});
        auto even = items | std::views::filter([](const Item& item) { return item.id % 2 == 0; });
        CHECK(c.insert_many("items", even) == 2500);
        CHECK(c.insert_many("items", items | std::views::filter([](const Item& item) { return item.id % 2 != 0; })) ==
              2500);
        CHECK(std::ranges::equal(c.execute(select_items).all<Item>(), items));
        CHECK(c.execute_many("DELETE FROM items WHERE id = :id", even) == 2500);
    });
}

TEST_CASE("Listeners are told of insert_many as of one statement, and may change it") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_items(engine);
        std::vector<std::string> before;
        std::vector<std::int64_t> after;
        const Subscription a =
            engine.listen<event::BeforeExecute>([&](event::BeforeExecute& e) { before.push_back(e.statement); });
        const Subscription b =
            engine.listen<event::AfterExecute>([&](const event::AfterExecute& e) { after.push_back(e.affected_rows); });
        c.insert_many("items", items(500));
        REQUIRE(before.size() == 1);
        const std::string q = db.kind() == Kind::mysql ? "`" : "\"";
        CHECK(before[0].starts_with("INSERT INTO " + q + "items" + q + " (" + q + "id" + q + ", "));
        CHECK(before[0].ends_with("VALUES (:v1, :v2, :v3, :v4, :v5)"));
        CHECK(after == std::vector<std::int64_t>{500});
        const Subscription d =
            engine.listen<event::BeforeExecute>([&](event::BeforeExecute& e) { e.statement += " /* by ada */"; });
        c.execute("DELETE FROM items");
        CHECK(c.insert_many("items", items(500)) == 500);
        CHECK(count_of(c) == 500);
    });
}

TEST_CASE("insert_many in a session, a savepoint and after a half read result") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        with_items(engine);
        Session session(engine);
        session.insert_many("items", items(300));
        Result half = session.execute(select_items);
        auto range = half.rows<Item>();
        auto row = range.begin();
        std::vector<Item> more = items(600);
        for (Item& item : more) item.id += 1000;
        {
            Transaction nested = session.begin_nested();
            session.insert_many("items", more);
            nested.rollback();
        }
        CHECK(session.insert_many("items", {{{"id", 5000}, {"name", "x"}, {"score", 1}, {"done", false}}}) == 1);
        int read = 0;
        for (; row != range.end(); ++row) ++read;
        CHECK(read == 300);
        session.commit();
        CHECK(count_items(engine) == 301);
    });
}
