// What users do that they shouldn't, or didn't mean: a clear error or the obvious outcome, never a crash, never a row
// that stays when it was rolled back.
#include "support/database.hpp"
#include "support/instrumented.hpp"
#include "support/thrown.hpp"

#include <soci/soci.h>

using namespace sociable;
using namespace sociable::test;

namespace {

void insert(Connection& c, int id) { c.execute("INSERT INTO items VALUES (:id, 'x')", {{"id", id}}); }

}  // namespace

TEST_CASE("work after a COMMIT written as SQL is in a transaction again, and can be rolled back") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        Connection c = engine.connect();
        insert(c, 1);
        c.execute("COMMIT");
        insert(c, 2);
        c.rollback();
        CHECK(count_items(engine) == 1);
        insert(c, 3);
        c.execute("ROLLBACK");
        insert(c, 4);
        c.commit();
        c.commit();
        CHECK(count_items(engine) == 2);
        insert(c, 5);
        c.soci() << "COMMIT";
        insert(c, 6);
        c.close();
        CHECK(count_items(engine) == 3);
    });
}

TEST_CASE("work after a statement before which MariaDB commits can be rolled back") {
    Database database(Kind::mysql);
    Engine engine = database.engine();
    create_items(engine);
    CHECK_THROWS_AS(engine.begin([](Connection& c) {
        insert(c, 1);  // committed by the next
        c.execute("CREATE TABLE other (id integer)");
        insert(c, 2);
        throw std::runtime_error("the user's own");
    }),
                    std::runtime_error);
    CHECK(count_items(engine) == 1);
}

TEST_CASE("MariaDB: a statement that commits and then fails leaves nothing that can't be rolled back") {
    Database database(Kind::mysql);
    Engine engine = database.engine();
    create_items(engine);
    for (const char* sql : {"CREATE TABLE items (id integer)", "ALTER TABLE items ADD UNIQUE (name)",
                            "LOCK TABLES items WRITE, no_such_table READ"}) {
        Connection c = engine.connect();
        insert(c, 1);
        insert(c, 2);  // committed with the first by the statement that fails
        CHECK_THROWS_AS(c.execute(sql), DatabaseError);
        insert(c, 3);
        c.rollback();
        CHECK(count_items(engine) == 2);
        c.execute("DELETE FROM items");
        c.commit();
    }
}

TEST_CASE("an error that made the database roll back asks for a rollback, lest half a transaction be committed") {
    const auto rolled_back_by = [](Engine engine, const char* sql) {
        Connection c = engine.connect();
        insert(c, 1);
        insert(c, 2);
        CHECK_THROWS_AS(c.execute(sql), UniqueViolation);
        CHECK_THROWS_WITH_AS(insert(c, 3), doctest::Contains("cause was: "), PendingRollbackError);
        CHECK_THROWS_AS(c.commit(), PendingRollbackError);
        c.rollback();
        CHECK(count_items(engine) == 0);
        insert(c, 4);
        c.commit();
        CHECK(count_items(engine) == 1);
    };
    DOCTEST_SUBCASE("SQLite") {
        Database database(Kind::sqlite);
        Engine engine = database.engine();
        create_items(engine);
        rolled_back_by(engine, "INSERT OR ROLLBACK INTO items VALUES (1, 'x')");
    }
    DOCTEST_SUBCASE("PostgreSQL") {
        Database database(Kind::postgresql);
        Engine engine = database.engine();
        engine.begin([](Connection& c) {
            c.execute("CREATE TABLE items (id integer, name text, UNIQUE (name) DEFERRABLE INITIALLY DEFERRED)");
        });
        rolled_back_by(engine, "COMMIT");
    }
}

TEST_CASE("an error that was dealt with is not told as the cause of a later one") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        Connection c = engine.connect();
        insert(c, 1);
        c.execute("SAVEPOINT mine");
        CHECK_THROWS_AS(insert(c, 1), UniqueViolation);
        c.execute("ROLLBACK TO SAVEPOINT mine");
        c.execute("SELECT 1");
        c.invalidate();
        CHECK_THROWS_WITH_AS(c.execute("SELECT 1"), doctest::Contains("was invalidated"), PendingRollbackError);
    });
}

TEST_CASE("a savepoint of a transaction that was ended by SQL has ended as well") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        Connection c = engine.connect();
        insert(c, 1);
        Transaction nested = c.begin_nested();
        c.execute("COMMIT");
        CHECK_FALSE(nested.is_active());
        CHECK_FALSE(c.in_nested_transaction());
        CHECK_THROWS_WITH_AS(nested.commit(), doctest::Contains("has ended already"), InvalidRequestError);
        nested.rollback();
        c.begin_nested([](Connection& d) { d.execute("COMMIT"); });
        c.commit();
        CHECK(count_items(engine) == 1);
    });
}

TEST_CASE("an error swallowed in a nested transaction costs that one, and not the outer one") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        const auto swallow = [](Connection& d) {
            insert(d, 2);
            CHECK_THROWS_AS(insert(d, 1), UniqueViolation);
        };
        engine.begin([&](Connection& c) {
            insert(c, 1);
            if (database.kind() == Kind::postgresql) {
                try {
                    c.begin_nested(swallow);
                    FAIL("no error");
                } catch (const PendingRollbackError& e) {
                    CHECK(std::string(e.what()).find("duplicate key") != std::string::npos);
                }
            } else {
                c.begin_nested(swallow);  // these databases undo the one statement only
            }
            insert(c, 3);
        });
        CHECK(count_items(engine) == (database.kind() == Kind::postgresql ? 2 : 3));
    });
}

TEST_CASE("a statement after an error tells the first cause and asks for a rollback, which may be written as SQL") {
    Database database(Kind::postgresql);
    Engine engine = database.engine();
    create_items(engine);
    Connection c = engine.connect();
    insert(c, 1);
    c.execute("SAVEPOINT mine");
    CHECK_THROWS_AS(insert(c, 1), UniqueViolation);
    CHECK_THROWS_WITH_AS(c.execute("SELECT 1"), doctest::Contains("duplicate key"), PendingRollbackError);
    CHECK_THROWS_AS(c.begin_nested(), PendingRollbackError);
    c.execute("  rollback TO SAVEPOINT mine");
    CHECK(c.execute("SELECT 1").scalar<int>() == 1);
    CHECK_THROWS_AS(c.execute("SELECT * FROM no_such_table"), ProgrammingError);
    CHECK_THROWS_WITH_AS(c.execute("SELECT 1"), doctest::Contains("no_such_table"), PendingRollbackError);
    c.execute("-- mine\n /* too */ ROLLBACK TO SAVEPOINT mine");
    c.commit();
    CHECK(count_items(engine) == 1);
    for (const char* rollback : {"ROLLBACK;", "abort", "/* all of it */ Rollback"}) {
        CHECK_THROWS_AS(insert(c, 1), UniqueViolation);
        CHECK_THROWS_AS(c.execute("COMMIT"), PendingRollbackError);
        c.execute(rollback);
        CHECK(c.execute("SELECT 1").scalar<int>() == 1);
    }
}

TEST_CASE("a scope whose function closes the connection or the session says that nothing was committed") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        CHECK_THROWS_AS(engine.begin([](Connection& c) {
            insert(c, 1);
            c.close();
        }),
                        ResourceClosedError);
        Session session(engine);
        CHECK_THROWS_AS(session.begin([](Session& s) {
            s.execute("INSERT INTO items VALUES (1, 'x')");
            s.close();
        }),
                        ResourceClosedError);
        CHECK(count_items(engine) == 0);
    });
}

TEST_CASE("a SOCI session that its user has closed is a lost connection") {
    on_each(all_kinds, [](Database& database) {
        // SOCI forgets an SQLite handle that it can't close because of kept statements: that would be reported as a
        // leak.
        const bool keeps = !instrumented || database.kind() != Kind::sqlite;
        Engine engine = database.engine({.pool_size = 1, .statement_cache_size = keeps ? 100 : 0});
        Connection c = engine.connect();
        c.execute("SELECT 1");
        c.soci().close();
        CHECK_THROWS_AS(c.execute("SELECT 1"), PendingRollbackError);
        c.rollback();
        CHECK(c.execute("SELECT 1").scalar<int>() == 1);
        c.soci().close();
        c.close();
        CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);
    });
}

TEST_CASE("a result can't be read on once the SOCI session was closed") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        Connection c = engine.connect();
        constexpr int count = 200;  // more than a stream's first batch
        for (int id = 1; id <= count; ++id) insert(c, id);
        c.commit();
        for (const bool streaming : {false, true}) {
            soci::session& session = c.soci();
            Result result = streaming ? c.stream("SELECT id FROM items") : c.execute("SELECT id FROM items");
            auto row = result.begin();
            session.close();
            CHECK_THROWS_WITH_AS(result.all(), doctest::Contains("the SOCI session was closed"), ResourceClosedError);
            c.rollback();
        }
        CHECK(count_items(engine) == count);
    });
}

TEST_CASE("a result that can't be read on says what has happened to it") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        engine.begin([](Connection& c) {
            insert(c, 1);
            insert(c, 2);
        });
        Connection c = engine.connect();
        const auto after = [&](const auto& end) {
            Result result = c.execute("SELECT id FROM items");
            end();
            const auto text = text_of<ResourceClosedError>([&] { result.all(); });
            c.rollback();
            return text;
        };
        CHECK(contains(after([&] { c.rollback(); }), "the transaction was rolled back before"));
        Transaction nested = c.begin_nested();
        CHECK(contains(after([&] { nested.rollback(); }), "rolled back to a savepoint before"));
        CHECK(contains(after([&] { c.invalidate(); }), "the connection was invalidated before"));
        CHECK(contains(after([&] { c = engine.connect(); }), "the connection was closed before"));
    });
}

TEST_CASE("moved from: handles are copies, results and transactions say what has happened to them") {
    Database database(Kind::sqlite);
    Engine engine = database.engine();
    Engine taken = std::move(engine);
    CHECK(engine.url() == taken.url());  // NOLINT: that is what is tested
    SessionMaker make(engine, {.connect = {.settings = {{"cache_size", "7"}}}});
    SessionMaker made = std::move(make);
    CHECK(make().execute("PRAGMA cache_size").scalar<int>() == 7);
    ScopedSession current(made);
    ScopedSession other = std::move(current);
    CHECK_FALSE(current.has_session());
    Pool pool = engine.pool();
    Pool same = std::move(pool);
    CHECK(pool.status().name == same.status().name);

    Connection c = engine.connect();
    Result result = c.execute("SELECT 1");
    Result now = std::move(result);
    CHECK_THROWS_AS(result.all<int>(), ResourceClosedError);
    CHECK_THROWS_AS(result.affected_rows(), ResourceClosedError);
    CHECK_THROWS_AS(result.columns(), ResourceClosedError);
    result.close();
    CHECK_THROWS_AS(result.begin(), ResourceClosedError);
    CHECK_THROWS_AS(result.rows<int>(), ResourceClosedError);
    CHECK(now.all<int>() == std::vector{1});
    auto rows = c.execute("SELECT 1 UNION SELECT 2").rows<int>();
    auto at = rows.begin();
    auto rest = std::move(rows);
    CHECK_THROWS_AS(++at, ResourceClosedError);
    CHECK_THROWS_AS(rows.begin(), ResourceClosedError);
    CHECK(*rest.begin() == 2);
    c.rollback();
    Transaction transaction = c.begin();
    Transaction moved = std::move(transaction);
    transaction.rollback();
    CHECK_THROWS_AS(transaction.commit(), ResourceClosedError);
    CHECK(moved.is_active());
    Row row = c.execute("SELECT 7 AS n").all().front();
    Row copy = std::move(row);
    CHECK(row.get<int>("n") == copy.get<int>("n"));
}

TEST_CASE("an empty optional has the type that its value would have") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        engine.begin([](Connection& c) {
            insert(c, 1);
            insert(c, 2);
        });
        for (const std::optional<int> id : {std::optional<int>(1), std::optional<int>()})
            CHECK(engine.connect()
                      .execute("SELECT count(*) FROM items WHERE (:id IS NULL OR id = :id)", {{"id", id}})
                      .scalar<int>() == (id ? 1 : 2));
        Connection c = engine.connect();
        c.execute("CREATE TABLE files (data " + database.blob_type() + ")");
        const Bytes data(2, std::byte{7});
        c.execute("INSERT INTO files VALUES (:data)", {{"data", data}});
        for (const std::optional<Bytes>& wanted : {std::optional(data), std::optional<Bytes>()})
            CHECK(c.execute("SELECT count(*) FROM files WHERE (:data IS NULL OR data = :data)", {{"data", wanted}})
                      .scalar<int>() == 1);
    });
}
