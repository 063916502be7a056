#include "support/database.hpp"
#include "support/thrown.hpp"

#include <doctest/doctest.h>
#include <soci/soci.h>

#include <algorithm>
#include <string>
#include <vector>

#include <malloc.h>

using namespace sociable;
using namespace sociable::test;

namespace {

Connection with_items(Engine& engine, int count) {
    create_items(engine);
    Connection c = engine.connect();
    std::vector<std::vector<Parameter>> rows;
    for (int i = 1; i <= count; ++i) rows.push_back({{"id", i}, {"name", "item"}});
    c.execute_many("INSERT INTO items (id, name) VALUES (:id, :name)", rows);
    c.commit();
    return c;
}

const std::string select_ids = "SELECT id FROM items WHERE id > :after ORDER BY id";

std::size_t heap_in_use() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

}  // namespace

TEST_CASE("yield_per gives the same rows, however many are fetched at a time") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_items(engine, 100);
        for (const unsigned yield_per : {0U, 1U, 33U, 100U, 1000000000U}) {
            CAPTURE(yield_per);
            const auto ids = c.stream(select_ids, {{"after", 0}}, {.yield_per = yield_per}).all<int>();
            CHECK(ids.size() == 100);
            CHECK(std::ranges::is_sorted(ids));
            CHECK(c.stream(select_ids, {{"after", 100}}, {.yield_per = yield_per}).all<int>().empty());
        }
        Session session(engine);
        CHECK(session.stream(select_ids, {{"after", 98}}, {.yield_per = 1}).scalars<int>() ==
              std::vector<int>{99, 100});
    });
}

TEST_CASE("A statement is streamed with yield_per, streamed without, and executed, in any order") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_items(engine, 100);
        const auto executed = [&] { return c.execute(select_ids, {{"after", 0}}).all<int>().size(); };
        const auto streamed = [&](unsigned yield_per) {
            return c.stream(select_ids, {{"after", 0}}, {.yield_per = yield_per}).all<int>().size();
        };
        for (int round = 0; round < 2; ++round) {
            CHECK(streamed(10) == 100);
            CHECK(streamed(0) == 100);
            CHECK(streamed(10) == 100);
            CHECK(executed() == 100);
            CHECK(streamed(0) == 100);
        }
    });
}

TEST_CASE("MariaDB: what has no cursor is streamed with yield_per as without") {
    on_each({Kind::mysql}, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_items(engine, 3);
        for (const std::string sql : {"EXPLAIN SELECT id FROM items", "SHOW CREATE TABLE items", "SHOW PROCESSLIST",
                                      "SHOW WARNINGS", "ANALYZE SELECT 1", "CHECK TABLE items", "HELP 'no such topic'",
                                      "/* with */ (SELECT id FROM items)", "-- a comment\nSELECT id FROM items"}) {
            CAPTURE(sql);
            const auto rows = [&](unsigned yield_per) {
                Result result = c.stream(sql, {}, {.yield_per = yield_per});
                return result.columns().empty() ? std::size_t{0} : result.all().size();
            };
            CHECK(rows(10) == rows(0));
            CHECK(c.execute("SELECT 5").scalar<int>() == 5);
        }
    });
}

TEST_CASE("Several streams of a connection are read in turn, and statements run in between") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_items(engine, 300);
        auto first = c.stream(select_ids, {{"after", 0}}, {.yield_per = 10}).rows<int>();
        auto second = c.stream(select_ids, {{"after", 100}}, {.yield_per = 10}).rows<int>();
        auto b = second.begin();
        int count = 0;
        for (auto a = first.begin(); a != first.end(); ++a) {
            ++count;
            REQUIRE(*a == count);
            c.execute("UPDATE items SET name = 'seen' WHERE id = :id", {{"id", *a}});
            if (count > 200) continue;
            REQUIRE(*b == count + 100);
            ++b;
        }
        CHECK(count == 300);
        CHECK(b == second.end());
        CHECK(c.execute("SELECT count(*) FROM items WHERE name = 'seen'").scalar<int>() == 300);
    });
}

TEST_CASE("A stream goes on after a savepoint that was set later is rolled back to") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_items(engine, 300);
        int count = 0;
        for (const int id : c.stream(select_ids, {{"after", 0}}, {.yield_per = 10}).rows<int>()) {
            ++count;
            CHECK_THROWS_AS(c.begin_nested([&](Connection& inner) {
                inner.execute("DELETE FROM items WHERE id = :id", {{"id", id}});
                inner.execute("INSERT INTO items (id, name) VALUES (:id, 'there already')", {{"id", id % 300 + 1}});
            }),
                            UniqueViolation);
        }
        CHECK(count == 300);
        CHECK(c.execute("SELECT count(*) FROM items").scalar<int>() == 300);
    });
}

TEST_CASE("A stream ends with the savepoint that it was made in") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_items(engine, 300);
        Result outer = c.stream(select_ids, {{"after", 0}}, {.yield_per = 10});
        auto outer_rows = outer.rows<int>();
        auto row = outer_rows.begin();
        Transaction savepoint = c.begin_nested();
        auto inner_rows = c.stream(select_ids, {{"after", 100}}, {.yield_per = 10}).rows<int>();
        auto inner = inner_rows.begin();
        savepoint.rollback();
        CHECK_THROWS_AS(++inner, ResourceClosedError);
        for (int i = 1; i < 300; ++i) ++row;
        CHECK(*row == 300);
    });
}

TEST_CASE("A stream goes on after the savepoint that it was made in is released") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_items(engine, 300);
        Transaction savepoint = c.begin_nested();
        auto rows = c.stream(select_ids, {{"after", 0}}, {.yield_per = 10}).rows<int>();
        auto row = rows.begin();
        savepoint.commit();
        int count = 0;
        for (; row != rows.end(); ++row) CHECK(*row == ++count);
        CHECK(count == 300);
    });
}

TEST_CASE("A stream ends with its transaction") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_items(engine, 300);
        const auto reading_after = [&](auto end) {
            auto rows = c.stream(select_ids, {{"after", 0}}, {.yield_per = 10}).rows<int>();
            auto row = rows.begin();
            end();
            const std::string text = text_of<ResourceClosedError>([&] { ++row; });
            CHECK(c.execute("SELECT count(*) FROM items").scalar<int>() == 300);
            c.rollback();
            return text;
        };
        CHECK(contains(reading_after([&] { c.commit(); }), "committed"));
        CHECK(contains(reading_after([&] { c.rollback(); }), "rolled back"));
        if (db.kind() != Kind::postgresql) return;
        CHECK(contains(reading_after([&] { c.execute("COMMIT"); }), "a statement closed its cursor"));
        CHECK(contains(reading_after([&] { c.execute("CLOSE ALL"); }), "a statement closed its cursor"));
    });
}

TEST_CASE("A PostgreSQL stream can't be read on in a failed transaction, but after rolling back to a savepoint") {
    Database db(Kind::postgresql);
    Engine engine = db.engine();
    Connection c = with_items(engine, 300);
    auto rows = c.stream(select_ids, {{"after", 0}}, {.yield_per = 10}).rows<int>();
    auto row = rows.begin();
    Transaction savepoint = c.begin_nested();
    CHECK_THROWS_AS(c.execute("SELECT 1 / 0"), DataError);
    CHECK_THROWS_AS(++row, PendingRollbackError);
    savepoint.rollback();
    ++row;
    CHECK(*row == 2);
    int left = 0;
    for (; row != rows.end(); ++row) ++left;
    CHECK(left == 299);
}

TEST_CASE("A PostgreSQL stream that isn't read by a cursor is loaded before one that is goes on") {
    Database db(Kind::postgresql);
    Engine engine = db.engine();
    Connection c = with_items(engine, 300);
    auto by_cursor = c.stream(select_ids, {{"after", 0}}, {.yield_per = 1}).rows<int>();
    auto a = by_cursor.begin();
    auto one_by_one = c.stream(select_ids + " FOR UPDATE", {{"after", 0}}).rows<int>();
    auto b = one_by_one.begin();
    for (int i = 1; i <= 300; ++i, ++a, ++b) {
        REQUIRE(*a == i);
        REQUIRE(*b == i);
    }
}

TEST_CASE("A PostgreSQL stream closed early leaves nothing on the server") {
    Database db(Kind::postgresql);
    Engine engine = db.engine();
    Connection c = with_items(engine, 300);
    const auto cursors = [&] { return c.execute("SELECT count(*) FROM pg_cursors").scalar<int>(); };
    const int without = cursors();
    {
        Result result = c.stream(select_ids, {{"after", 0}}, {.yield_per = 10});
        CHECK(result.first<int>() == 1);
        CHECK(cursors() == without);
        for (const int id : c.stream(select_ids, {{"after", 0}}, {.yield_per = 10}).rows<int>()) {
            CHECK(cursors() == without + 1);
            if (id == 15) break;
        }
    }
    c.execute("DROP TABLE items");
    c.rollback();
}

TEST_CASE("While a stream is read by a cursor, other statements load nothing of it") {
    on_each(servers, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        const std::string from = db.kind() == Kind::postgresql ? "generate_series(1, 100000) AS s(i)"
                                                               : "(SELECT seq AS i FROM seq_1_to_100000) AS s";
        // 0 stands for a batch by size, which MariaDB hasn't got.
        for (const unsigned yield_per : {100U, db.kind() == Kind::postgresql ? 0U : 50U}) {
            CAPTURE(yield_per);
            const std::size_t before = heap_in_use();
            std::size_t most = before;
            int count = 0;
            Result result = c.stream("SELECT i, repeat('0', 1000) FROM " + from, {}, {.yield_per = yield_per});
            for (const auto& [i, text] : result.rows<int, std::string>()) {
                if (++count % 1000 != 0) continue;
                CHECK(c.execute("SELECT :i + 1", {{"i", i}}).scalar<int>() == i + 1);
                most = std::max(most, heap_in_use());
            }
            CHECK(count == 100'000);
            CHECK(most - before < 5'000'000);
        }
    });
}

TEST_CASE("a stream outlives no transaction that its user ends through SOCI, and spoils none that comes after it") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        engine.begin([](Connection& c) {
            for (int id = 1; id <= 300; ++id) c.execute("INSERT INTO items VALUES (:id, 'item')", {{"id", id}});
        });
        Connection c = engine.connect();
        {
            Result stream = c.stream("SELECT id FROM items ORDER BY id", {}, {.yield_per = 10});
            auto row = stream.begin();
            CHECK(row->get<int>(0) == 1);
            c.soci() << "COMMIT";
            c.execute("INSERT INTO items VALUES (301, 'item')");
            CHECK(stream.all<std::tuple<int>>().size() == 299);  // loaded before SOCI was lent
        }
        c.commit();
        CHECK(count_items(engine) == 301);
    });
}
