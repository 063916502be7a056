#include "support/database.hpp"
#include "support/thrown.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace sociable;
using namespace sociable::test;

namespace {

struct Note {
    std::string text;
    int rank = 0;
};
BOOST_DESCRIBE_STRUCT(Note, (), (text, rank))

Connection with_notes(Database& db, Engine& engine) {
    Connection c = engine.connect();
    const std::string key = db.kind() == Kind::postgresql ? "id bigserial PRIMARY KEY"
                            : db.kind() == Kind::mysql    ? "id bigint PRIMARY KEY AUTO_INCREMENT"
                                                          : "id integer PRIMARY KEY AUTOINCREMENT";
    c.execute("CREATE TABLE notes (" + key + ", text varchar(100), rank integer NOT NULL UNIQUE)");
    c.commit();
    return c;
}

/// Not in the order of any key.
std::vector<Note> notes(int count) {
    std::vector<Note> result;
    for (int i = 0; i < count; ++i) result.push_back({"note " + std::to_string(i), (i * 7919) % 10'007});
    return result;
}

}  // namespace

TEST_CASE("insert_many_returning gives the generated keys in the order of the rows") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_notes(db, engine);
        for (const int count : {0, 1, 2, 99, 100, 101, 3456}) {
            CAPTURE(count);
            const std::vector<Note> given = notes(count);
            Result result = c.insert_many_returning("notes", given, {"rank", "id"});
            CHECK(result.columns() == std::vector<std::string>{"rank", "id"});
            CHECK(result.affected_rows() == count);
            const auto rows = result.all<std::pair<int, std::int64_t>>();
            REQUIRE(rows.size() == given.size());
            for (std::size_t i = 0; i < rows.size(); ++i) {
                CHECK(rows[i].first == given[i].rank);
                if (i > 0) CHECK(rows[i].second == rows[i - 1].second + 1);
            }
            c.rollback();
        }
        c.insert_many_returning("notes", notes(150), {"id"}, {.columns = {"text", "rank"}}).close();
        CHECK(c.insert_many_returning("notes", {{{"rank", -5}, {"text", "x"}}}, {"rank"}).scalar<int>() == -5);
        CHECK(c.execute("SELECT count(*) FROM notes").scalar<int>() == 151);
    });
}

TEST_CASE(
    "insert_many_returning of a column that isn't there is an error, also on SQLite, which could take it for a text") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_notes(db, engine);
        for (const int count : {1, 300})
            for (const std::string column : {"idd", "*", "rank + 1", ""}) {
                CAPTURE(column);
                CHECK_THROWS_AS(c.insert_many_returning("notes", notes(count), {column}), ProgrammingError);
                c.rollback();
            }
        CHECK(c.execute("SELECT count(*) FROM notes").scalar<int>() == 0);
    });
}

TEST_CASE("A bad row of insert_many_returning is told by its index, and nothing of the batch stays") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_notes(db, engine);
        std::vector<Note> rows = notes(1000);
        rows[777].rank = rows[5].rank;
        const auto error = thrown<UniqueViolation>([&] { c.insert_many_returning("notes", rows, {"id"}); });
        CHECK(error.message().starts_with("row 777: "));
        if (db.kind() == Kind::postgresql) c.rollback();
        CHECK(c.execute("SELECT count(*) FROM notes").scalar<int>() == 0);
        CHECK_THROWS_AS(c.insert_many_returning("notes", rows, {}), ArgumentError);
        CHECK_THROWS_AS(c.insert_many_returning("notes", rows, {"colour"}), DatabaseError);
    });
}

TEST_CASE("execute_many_returning gives what each row's statement returned, in the order of the rows") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_notes(db, engine);
        const std::vector<Note> given = notes(1200);
        auto ranks =
            c.execute_many_returning("INSERT INTO notes (text, rank) VALUES (:text, :rank) RETURNING rank, text", given)
                .all<std::pair<int, std::string>>();
        REQUIRE(ranks.size() == given.size());
        for (std::size_t i = 0; i < ranks.size(); ++i) {
            CHECK(ranks[i].first == given[i].rank);
            CHECK(ranks[i].second == given[i].text);
        }
        // One without a row; read after other statements, and after the transaction.
        Result deleted = c.execute_many_returning("DELETE FROM notes WHERE rank = :rank RETURNING rank",
                                                  {{{"rank", 7919}}, {{"rank", -1}}, {{"rank", 0}}});
        CHECK(deleted.affected_rows() == 2);
        c.rollback();
        CHECK(deleted.all<int>() == std::vector<int>{7919, 0});
        CHECK(c.execute_many_returning("DELETE FROM notes WHERE rank = :rank RETURNING rank", std::vector<Note>{})
                  .columns()
                  .empty());
    });
}

TEST_CASE("RETURNING in a session") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        with_notes(db, engine);
        Session session(engine);
        CHECK(session.insert_many_returning("notes", notes(3), {"id"}).scalars<int>() == std::vector<int>{1, 2, 3});
        CHECK(
            session.execute_many_returning("DELETE FROM notes WHERE id = :id RETURNING id", {{{"id", 2}}, {{"id", 1}}})
                .scalars<int>() == std::vector<int>{2, 1});
    });
}
