// What goes wrong with many rows, and what of them is left: all or none, told by the row that is to blame.
#include "support/database.hpp"
#include "support/thrown.hpp"

#include <doctest/doctest.h>

#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace sociable;
using namespace sociable::test;

namespace {

struct Item {
    int id = 0;
    std::string name;
    bool operator==(const Item&) const = default;
};
BOOST_DESCRIBE_STRUCT(Item, (), (id, name))

const ConnectOptions autocommit{.isolation_level = IsolationLevel::autocommit};

std::vector<Item> items(int count, int first = 0) {
    std::vector<Item> result;
    for (int i = first; i < first + count; ++i) result.push_back({i, "name " + std::to_string(i)});
    return result;
}

/// A row that is read when others have been sent.
constexpr int second_batch = 17'000;

std::string row_of(const DatabaseError& error) { return error.message().substr(0, error.message().find(':')); }

/// Rows that are not copied, and call `at_row` as they are read.
template <class F>
auto reading(const std::vector<Item>& rows, F at_row) {
    return rows | std::views::transform([at_row = std::move(at_row)](const Item& item) -> const Item& {
               at_row(item.id);
               return item;
           });
}

}  // namespace

TEST_CASE("A COMMIT that fails at the end of insert_many at AUTOCOMMIT leaves no transaction open") {
    on_each({Kind::sqlite, Kind::postgresql}, [](Database& db) {
        Engine engine = db.engine();
        create_items(engine);
        Connection c = engine.connect(autocommit);
        c.execute(
            "CREATE TABLE parts (id integer PRIMARY KEY, name varchar(100), "
            "FOREIGN KEY (id) REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED)");
        for (const int count : {2, 1000}) {
            CHECK(thrown<ForeignKeyViolation>([&] { c.insert_many("parts", items(count)); }).statement() == "COMMIT");
            CHECK(c.execute("SELECT count(*) FROM parts").scalar<int>() == 0);
            c.execute("INSERT INTO items VALUES (:id, 'x')", {{"id", -count}});
            CHECK(
                engine.connect().execute("SELECT count(*) FROM items WHERE id = :id", {{"id", -count}}).scalar<int>() ==
                1);
            engine.begin([&](Connection& other) {
                other.execute("DELETE FROM items WHERE id = :id", {{"id", -count}});
            });
        }
    });
}

TEST_CASE("At AUTOCOMMIT, insert_many is part of a transaction that the user has begun by SQL") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        create_items(engine);
        Connection c = engine.connect(autocommit);
        c.execute("BEGIN");
        c.execute("INSERT INTO items VALUES (-1, 'before')");
        CHECK(c.insert_many("items", items(1000)) == 1000);
        CHECK(count_items(engine) == 0);
        if (db.kind() != Kind::postgresql) {  // which lets a transaction fail as a whole
            CHECK(row_of(thrown<UniqueViolation>([&] { c.insert_many("items", items(1000, 500)); })) == "row 0");
            CHECK(c.execute("SELECT count(*) FROM items").scalar<int>() == 1001);
        }
        c.execute("ROLLBACK");
        CHECK(count_items(engine) == 0);
        c.execute("BEGIN");
        c.insert_many("items", items(10));
        c.execute("COMMIT");
        CHECK(count_items(engine) == 10);
    });
}

TEST_CASE("A listener that puts the columns of insert_many in another order gets their values there") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        create_items(engine);
        std::string statement = "INSERT INTO items (name, id) VALUES (:v2, :v1)";
        const Subscription s = engine.listen<event::BeforeExecute>([&](event::BeforeExecute& e) {
            if (e.statement.starts_with("INSERT")) e.statement = statement;
        });
        Connection c = engine.connect();
        const std::vector<Item> rows = items(700);
        CHECK(c.insert_many("items", rows) == 700);
        CHECK(c.execute("SELECT * FROM items ORDER BY id").all<Item>() == rows);
        c.rollback();
        statement = "INSERT INTO items (id, name) VALUES (:v1 + 1 - :v1, :v2)";
        CHECK(c.insert_many("items", items(1, 5)) == 1);
        CHECK(c.execute("SELECT * FROM items").all<Item>() == std::vector<Item>{{1, "name 5"}});
        c.rollback();
        statement = "INSERT INTO items (id, name) VALUES (:v1, :other)";
        CHECK(contains(text_of<ArgumentError>([&] { c.insert_many("items", rows); }), ":other has no value"));
        statement = "INSERT INTO items (id) VALUES (:v1)";
        CHECK(contains(text_of<ArgumentError>([&] { c.insert_many("items", rows); }), "no parameter :v2"));
    });
}

TEST_CASE("insert_many counts the rows that are in the table, without those that a trigger has left out") {
    on_each({Kind::sqlite, Kind::postgresql}, [](Database& db) {
        Engine engine = db.engine();
        create_items(engine);
        Connection c = engine.connect();
        if (db.kind() == Kind::postgresql) {
            c.execute(
                "CREATE FUNCTION leave_out() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN IF NEW.id % 4 = 0 THEN RETURN NULL; END IF; RETURN NEW; END $$");
            c.execute("CREATE TRIGGER leave_out BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION leave_out()");
        } else {
            c.execute(
                "CREATE TRIGGER leave_out BEFORE INSERT ON items WHEN NEW.id % 4 = 0 BEGIN SELECT RAISE(IGNORE); END");
        }
        for (const int count : {4, 1000, 20'000}) {
            CHECK(c.insert_many("items", items(count)) == count * 3 / 4);
            CHECK(c.execute("SELECT count(*) FROM items").scalar<int>() == count * 3 / 4);
            c.execute("DELETE FROM items");
        }
        CHECK(c.insert_many_returning("items", items(1000), {"id"}).scalars<int>().size() == 750);
    });
}

TEST_CASE("SQLite: the bad row is found where a conflict leaves the rows before it, or ends the transaction") {
    Database db(Kind::sqlite);
    Engine engine = db.engine();
    for (const std::string resolution : {"FAIL", "ROLLBACK", "ABORT"}) {
        CAPTURE(resolution);
        Connection c = engine.connect();
        c.execute("DROP TABLE IF EXISTS t");
        c.execute("CREATE TABLE t (id integer UNIQUE ON CONFLICT " + resolution + ", name text)");
        c.commit();
        std::vector<Item> rows = items(20'000);
        rows[17'321].id = 7;
        const auto error = thrown<UniqueViolation>([&] { c.insert_many("t", rows); });
        if (resolution != "ROLLBACK") CHECK(row_of(error) == "row 17321");
        if (resolution != "ROLLBACK") CHECK(c.execute("SELECT count(*) FROM t").scalar<int>() == 0);
        c.rollback();
        CHECK(c.execute("SELECT count(*) FROM t").scalar<int>() == 0);
    }
}

TEST_CASE("MariaDB: a table without transactions keeps rows, but gets none twice, and no value is cut in silence") {
    Database db(Kind::mysql);
    Engine engine = db.engine();
    Connection c = engine.connect();
    c.execute("CREATE TABLE t (id integer, name varchar(10)) ENGINE=MyISAM");
    for (const bool returning : {false, true}) {
        CAPTURE(returning);
        std::vector<Item> rows = items(300);
        rows[270].name = "longer than ten";
        const auto error = thrown<DataError>([&] {
            if (returning)
                c.insert_many_returning("t", rows, {"id"});
            else
                c.insert_many("t", rows);
        });
        CHECK(error.native_code() == 1406);
        CHECK(contains(row_of(error), "rows 0 to 299"));
        c.rollback();
        CHECK(c.execute("SELECT count(DISTINCT id) - count(*) FROM t").scalar<int>() == 0);
        c.execute("DELETE FROM t");
    }
}

TEST_CASE("A connection that dies while rows are read leaves none of them, and the next one works") {
    on_each(servers, [](Database& db) {
        Engine engine = db.engine();
        create_items(engine);
        const std::vector<Item> rows = items(20'000);
        for (const ConnectOptions& options : {ConnectOptions{}, autocommit}) {
            for (const bool insert : {true, false}) {
                CAPTURE(insert);
                Connection c = engine.connect(options);
                const auto dying = reading(rows, [&](int id) {
                    if (id == second_batch) db.kill(c);
                });
                const auto error = thrown<OperationalError>([&] {
                    if (insert)
                        c.insert_many("items", dying);
                    else
                        c.execute_many("INSERT INTO items VALUES (:id, :name)", dying);
                });
                CHECK(error.is_disconnect());
                c.rollback();
                if (insert || !options.isolation_level) CHECK(count_items(engine) == 0);
                c.execute("DELETE FROM items");
                CHECK(c.insert_many("items", rows) == 20'000);
                c.execute("DELETE FROM items");
                c.commit();
            }
        }
    });
}

TEST_CASE("Rows are not divided between two connections when one is lost and replaced while they are read") {
    on_each(servers, [](Database& db) {
        Engine engine = db.engine();
        create_items(engine);
        Connection c = engine.connect(autocommit);
        const std::vector<Item> rows = items(20'000);
        const auto replacing = reading(rows, [&](int id) {
            if (id != second_batch) return;
            db.kill(c);
            CHECK_THROWS_AS(c.execute("SELECT 1"), DatabaseError);
            CHECK(c.execute("SELECT 1").scalar<int>() == 1);
        });
        CHECK_THROWS_AS(c.insert_many("items", replacing), InvalidRequestError);
        CHECK(count_items(engine) == 0);
        CHECK(c.insert_many("items", rows) == 20'000);
    });
}

TEST_CASE("What can't be undone at AUTOCOMMIT is not committed with what comes next") {
    on_each(servers, [](Database& db) {
        Engine engine = db.engine();
        create_items(engine);
        Connection c = engine.connect(autocommit);
        const std::vector<Item> rows = items(20'000);
        // As the first of those that are sent together, so that nothing but the rollback finds the connection dead.
        const auto failing = reading(rows, [&](int id) {
            if (id != 16 * 1024) return;
            db.kill(c);
            throw std::runtime_error("enough");
        });
        CHECK_THROWS_AS(c.insert_many("items", failing), std::runtime_error);
        c.execute("INSERT INTO items VALUES (-1, 'next')");
        CHECK(count_items(engine) == 1);
    });
}

TEST_CASE("What makes the rows may use their connection, but not end it or its transaction") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        create_items(engine);
        const std::vector<Item> rows = items(20'000);
        for (const bool insert : {true, false}) {
            CAPTURE(insert);
            Connection c = engine.connect();
            const auto send = [&](auto&& given) {
                return insert ? c.insert_many("items", given)
                              : c.execute_many("INSERT INTO items VALUES (:id, :name)", given);
            };
            std::vector<Result> half_read;
            CHECK(send(reading(rows, [&](int id) {
                      if (id % 6000 != 0) return;
                      half_read.push_back(c.stream("SELECT id FROM items ORDER BY id"));
                  })) == 20'000);
            CHECK(c.execute("SELECT count(*) FROM items").scalar<int>() == 20'000);
            c.rollback();
            for (const int at : {0, second_batch}) {
                CAPTURE(at);
                const auto misuse = [&](auto what) {
                    CHECK_THROWS_AS(send(reading(rows,
                                                 [&, what](int id) {
                                                     if (id == at) what();
                                                 })),
                                    InvalidRequestError);
                    c.rollback();
                    CHECK(count_items(engine) == 0);
                };
                misuse([&] { c.close(); });
                misuse([&] { c.commit(); });
                misuse([&] { c.rollback(); });
                misuse([&] { c.invalidate(); });
                if (insert && at != 0) misuse([&] { c.execute("ROLLBACK"); });
            }
        }
    });
}

TEST_CASE("A listener of Begin that loses the connection at AUTOCOMMIT costs nothing but that connection") {
    on_each(servers, [](Database& db) {
        Engine engine = db.engine();
        create_items(engine);
        bool lose = false;
        const Subscription s = engine.listen<event::Begin>([&](event::Begin& e) {
            if (!std::exchange(lose, false)) return;
            db.kill(e.connection);
            CHECK_THROWS_AS(e.connection.execute("SELECT 1"), DatabaseError);
        });
        const std::vector<Item> rows = items(1000);
        for (int way = 0; way < 3; ++way) {
            CAPTURE(way);
            Connection c = engine.connect(autocommit);
            lose = true;
            if (way == 0) CHECK(c.execute("INSERT INTO items VALUES (:id, :name)", rows[0]).affected_rows() == 1);
            if (way == 1) CHECK(c.execute_many("INSERT INTO items VALUES (:id, :name)", rows) == 1000);
            if (way == 2) CHECK(c.insert_many("items", rows) == 1000);
            CHECK_FALSE(lose);
            CHECK(count_items(engine) == (way == 0 ? 1 : 1000));
            c.execute("DELETE FROM items");
        }
    });
}

TEST_CASE("a stream that was begun while rows were read ends when they are undone") {
    on_each({Kind::postgresql}, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        Connection c = engine.connect();
        std::optional<Result> stream;
        std::vector<Item> rows = items(20'000);
        rows[second_batch + 500].name = std::string("a\0b", 3);
        const auto read = reading(rows, [&](int id) {
            if (id == second_batch) stream = c.stream("SELECT generate_series(1, 1000)");
        });
        CHECK_THROWS_AS(c.insert_many("items", read), DataError);
        REQUIRE(stream);
        CHECK_THROWS_AS(stream->all<std::tuple<int>>(), ResourceClosedError);
        c.execute("INSERT INTO items VALUES (1, 'one')");
        c.commit();
        CHECK(count_items(engine) == 1);
    });
}

TEST_CASE("insert_many and execute_many blame no row for what is wrong with the statement or its transaction") {
    on_each({Kind::postgresql}, [](Database& db) {
        Engine engine = db.engine();
        create_items(engine);
        const auto check = [&](const std::string& table, const std::string& columns, const char* sqlstate) {
            for (const int count : {1, 30, 1000}) {
                for (const bool at_once : {true, false}) {
                    CAPTURE(table);
                    CAPTURE(columns);
                    CAPTURE(count);
                    CAPTURE(at_once);
                    Connection c = engine.connect();
                    const auto error = thrown<DatabaseError>([&] {
                        if (at_once && columns == "id, name")
                            c.insert_many(table, items(count));
                        else
                            c.execute_many("INSERT INTO " + table + " (" + columns + ") VALUES (:id, :name)",
                                           items(count));
                    });
                    CHECK(error.sqlstate() == sqlstate);
                    CHECK_FALSE(contains(error.message(), "row"));
                }
            }
        };
        check("no_such_table", "id, name", "42P01");
        check("items", "id, no_such_column", "42703");
        check("items", "id, id", "42701");
        check("items", "id, name, , name", "42601");
    });
}

TEST_CASE("A read-only transaction, a lock that others hold and a cancelled statement are no row's fault") {
    on_each({Kind::postgresql}, [](Database& db) {
        Engine engine = db.engine();
        create_items(engine);
        const std::vector<Item> rows = items(30);
        engine.begin([&](Connection& c) { c.insert_many("items", rows); });
        Connection holder = engine.connect();
        holder.execute("UPDATE items SET name = 'held' WHERE id = 20");
        const std::string update = "UPDATE items SET name = :name WHERE id = :id";
        const auto check = [&](const std::string& before, const char* sqlstate, const std::string& told) {
            CAPTURE(before);
            Connection c = engine.connect();
            c.execute(before);
            const auto error = thrown<DatabaseError>([&] { c.execute_many(update, rows); });
            CHECK(error.sqlstate() == sqlstate);
            CHECK(row_of(error) == told);
        };
        check("SET TRANSACTION READ ONLY", "25006", "cannot execute UPDATE in a read-only transaction");
        check("SET LOCAL lock_timeout = 1", "55P03", "from row 20 on");
        check("SET LOCAL statement_timeout = 200", "57014", "from row 20 on");
        holder.commit();
        Connection c = engine.connect({.isolation_level = IsolationLevel::repeatable_read});
        c.execute("SELECT 1 FROM items");
        holder.execute("UPDATE items SET name = 'changed' WHERE id = 10");
        holder.commit();
        const auto error = thrown<DatabaseError>([&] { c.execute_many(update, rows); });
        CHECK(error.sqlstate() == "40001");
        CHECK(error.is_retryable());
        CHECK(row_of(error) == "from row 10 on");
    });
}

TEST_CASE("A lock that others hold is no row's fault, and what AUTOCOMMIT has done before is told") {
    on_each(servers, [](Database& db) {
        Engine engine = db.engine();
        create_items(engine);
        const std::vector<Item> rows = items(30);
        engine.begin([&](Connection& c) { c.insert_many("items", rows); });
        Connection holder = engine.connect();
        holder.execute("UPDATE items SET name = 'held' WHERE id = 20");
        Connection c = engine.connect(autocommit);
        c.execute(db.kind() == Kind::postgresql ? "SET lock_timeout = 1" : "SET innodb_lock_wait_timeout = 1");
        const auto error = thrown<DatabaseError>(
            [&] { c.execute_many("UPDATE items SET name = 'new' WHERE id = :id AND name = :name", rows); });
        CHECK(error.is_retryable());
        CHECK(row_of(error) == "from row 20 on");
        CHECK(engine.connect().execute("SELECT count(*) FROM items WHERE name = 'new'").scalar<int>() == 20);
    });
}
