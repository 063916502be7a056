#include "support/database.hpp"
#include "support/thrown.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace sociable;
using namespace sociable::test;

namespace {

struct Entry {
    std::int64_t id = 0;
    std::optional<std::string> name;
    bool operator==(const Entry&) const = default;
};
BOOST_DESCRIBE_STRUCT(Entry, (), (id, name))

const std::string insert_entry = "INSERT INTO entries (id, name) VALUES (:id, :name)";

Connection with_entries(Engine& engine) {
    Connection c = engine.connect();
    c.execute("CREATE TABLE entries (id bigint PRIMARY KEY, name varchar(100), n integer NOT NULL DEFAULT 0)");
    c.commit();
    return c;
}

std::vector<Entry> entries(int count) {
    std::vector<Entry> result;
    for (int i = 0; i < count; ++i)
        result.push_back({i, i % 3 == 0 ? std::nullopt : std::optional<std::string>("name " + std::to_string(i))});
    return result;
}

int count_of(Connection& c) { return c.execute("SELECT count(*) FROM entries").scalar<int>(); }

}  // namespace

TEST_CASE("execute_many inserts, updates and deletes thousands of rows, and counts what each affected") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_entries(engine);
        const std::vector<Entry> rows = entries(9000);
        CHECK(c.execute_many(insert_entry, rows) == 9000);
        CHECK(c.execute("SELECT id, name FROM entries ORDER BY id").all<Entry>() == rows);
        // Rows 0, 500 and 1000 are updated twice, one after the other.
        std::vector<std::vector<Parameter>> steps;
        std::vector<int> ids;
        for (int i = 0; i < 2000; ++i) ids.push_back(i * 500 % 1500 + (i < 3 ? 0 : 20'000));
        for (const int& id : ids) steps.push_back({{"id", id}});
        steps.push_back({{"id", ids[1]}});
        CHECK(c.execute_many("UPDATE entries SET n = n * 2 + 1 WHERE id = :id", steps) == 4);
        CHECK(c.execute("SELECT n FROM entries WHERE id = 500").scalar<int>() == 3);
        CHECK(c.execute("SELECT n FROM entries WHERE id = 1000").scalar<int>() == 1);
        CHECK(c.execute_many("DELETE FROM entries WHERE id = :id OR name = :name", entries(6000)) == 6000);
        CHECK(count_of(c) == 3000);
    });
}

TEST_CASE("An error far into execute_many is told by its row; those before it stay until the rollback") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_entries(engine);
        for (const int bad : {0, 1, 499, 500, 501, 4321}) {
            CAPTURE(bad);
            std::vector<Entry> rows = entries(5000);
            c.execute(insert_entry, Entry{100'000, "taken"});
            rows[static_cast<std::size_t>(bad)].id = 100'000;
            const auto error = thrown<UniqueViolation>([&] { c.execute_many(insert_entry, rows); });
            CHECK(error.message().starts_with("row " + std::to_string(bad) + ": "));
            CHECK(error.statement() == insert_entry);
            if (db.kind() == Kind::postgresql)
                CHECK_THROWS_AS(count_of(c), PendingRollbackError);
            else
                CHECK(count_of(c) == 1 + bad);
            c.rollback();
            CHECK(count_of(c) == 0);
            CHECK(c.execute_many(insert_entry, entries(3)) == 3);
            c.rollback();
        }
    });
}

TEST_CASE("A change that fails midway is not made twice for the rows before") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_entries(engine);
        c.execute_many(insert_entry, entries(1000));
        c.execute("INSERT INTO entries (id, n) VALUES (5000, 1)");
        c.commit();
        std::vector<Entry> rows = entries(1000);
        rows[700].id = 5000;
        const auto error = thrown<IntegrityError>([&] {
            c.execute_many("UPDATE entries SET n = CASE WHEN n = 1 THEN NULL ELSE n + 10 END WHERE id = :id", rows);
        });
        CHECK(error.message().starts_with("row 700: "));
        if (db.kind() == Kind::postgresql) c.rollback();
        CHECK(c.execute("SELECT count(*) FROM entries WHERE n = 10").scalar<int>() ==
              (db.kind() == Kind::postgresql ? 0 : 700));
    });
}

TEST_CASE("A row that can't be bound comes after those before it, and after their errors") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_entries(engine);
        std::vector<std::vector<Parameter>> rows;
        const std::vector<Entry> given = entries(300);
        for (const Entry& e : given) rows.push_back({{"id", e.id}, {"name", e.name}});
        rows[200][1] = {"nom", given[0].id};
        CHECK(contains(text_of<ArgumentError>([&] { c.execute_many(insert_entry, rows); }), "row 200: "));
        CHECK(count_of(c) == 200);
        c.rollback();
        rows[100][0] = {"id", given[99].id};
        CHECK(thrown<UniqueViolation>([&] { c.execute_many(insert_entry, rows); }).message().starts_with("row 100: "));
        c.rollback();
    });
}

TEST_CASE("Rows of execute_many may differ in their types") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_entries(engine);
        const std::vector<Entry> given = entries(1000);
        const std::string text = "1";
        std::vector<std::vector<Parameter>> rows;
        for (std::size_t i = 0; i < given.size(); ++i) {
            const Entry& e = given[i];
            rows.push_back({{"id", e.id}, {"name", e.name}});
            if (i % 7 == 0) rows.back()[1] = {"name", text};
            if (i % 11 == 0) rows.back()[1] = {"name", std::nullopt};
            if (i % 13 == 0) rows.back() = {{"name", e.name}, {"id", ValueView::int32(static_cast<int>(i))}};
        }
        CHECK(c.execute_many(insert_entry, rows) == 1000);
        CHECK(c.execute("SELECT count(*) FROM entries WHERE name = '1'").scalar<int>() > 100);
        CHECK(c.execute("SELECT sum(id) FROM entries").scalar<std::int64_t>() == 999 * 500);
    });
}

TEST_CASE(
    "PostgreSQL: a later row whose values have the wrong type is told, a first one may be the statement's fault") {
    Database db(Kind::postgresql);
    Engine engine = db.engine();
    Connection c = with_entries(engine);
    const bool wrong = true;
    const std::vector<Entry> given = entries(600);
    for (const std::size_t bad : {0, 7, 599}) {
        std::vector<std::vector<Parameter>> rows;
        for (const Entry& e : given) rows.push_back({{"id", e.id}, {"name", e.name}});
        rows[bad][0] = {"id", wrong};
        const auto error = thrown<ProgrammingError>([&] { c.execute_many(insert_entry, rows); });
        CHECK(error.sqlstate() == "42804");
        CHECK(error.message().starts_with(bad == 0 ? "column " : "row " + std::to_string(bad) + ": column "));
        c.rollback();
    }
}

TEST_CASE("execute_many at AUTOCOMMIT commits row by row") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        with_entries(engine);
        Connection c = engine.connect({.isolation_level = IsolationLevel::autocommit});
        std::vector<Entry> rows = entries(40);
        rows[20].id = 3;
        CHECK(thrown<UniqueViolation>([&] { c.execute_many(insert_entry, rows); }).message().starts_with("row 20: "));
        Connection other = engine.connect();
        CHECK(count_of(other) == 20);
    });
}

TEST_CASE("Large values go through execute_many and insert_many, and come back") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        c.execute(std::string("CREATE TABLE large (id bigint PRIMARY KEY, name ") +
                  (db.kind() == Kind::mysql ? "longtext)" : "text)"));
        std::vector<Entry> rows = entries(120);
        for (Entry& e : rows) e.name = std::string(static_cast<std::size_t>(e.id % 40) * 40'000, 'x');
        CHECK(c.execute_many("INSERT INTO large (id, name) VALUES (:id, :name)", rows) == 120);
        CHECK(c.execute("SELECT * FROM large ORDER BY id").all<Entry>() == rows);
        c.execute("DELETE FROM large");
        CHECK(c.insert_many("large", rows) == 120);
        CHECK(c.execute("SELECT * FROM large ORDER BY id").all<Entry>() == rows);
    });
}

TEST_CASE("A connection that dies amid many rows is told as such, and the next one works") {
    on_each(servers, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_entries(engine);
        for (const bool insert : {true, false}) {
            CAPTURE(insert);
            c.execute(insert_entry, Entry{-1, {}});
            db.kill(c);
            const auto error = thrown<OperationalError>([&] {
                if (insert)
                    c.insert_many("entries", entries(5000));
                else
                    c.execute_many(insert_entry, entries(5000));
            });
            CHECK(error.is_disconnect());
            c.rollback();
            CHECK(count_of(c) == 0);
        }
    });
}
