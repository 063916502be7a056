// What listeners do to what they are told about: a clear error, never a crash, never a row that stays when it was
// rolled back.
#include "support/database.hpp"
#include "support/thrown.hpp"

#include <soci/soci.h>

using namespace sociable;
using namespace sociable::test;

namespace {

void insert(Connection& c, int id) { c.execute("INSERT INTO items VALUES (:id, 'x')", {{"id", id}}); }

}  // namespace

TEST_CASE("a listener can't end what it is told about") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .max_overflow = 0});
        create_items(engine);
        const auto refused = [&]<class E>(E*, auto misuse) {
            {
                const auto sub = engine.listen<E>([&](E& e) { misuse(e.connection); });
                CHECK_THROWS_AS(engine.begin([](Connection& c) {
                    c.begin_nested([](Connection& d) { insert(d, 1); });
                    if constexpr (std::is_same_v<E, event::RollbackSavepoint>) c.begin_nested().rollback();
                }),
                                InvalidRequestError);
            }
            CHECK(count_items(engine) == 0);
            CHECK(engine.pool().status().checked_out == 0);
        };
        const auto each_misuse = [&]<class E>(E* event) {
            refused(event, [](Connection& c) { c.close(); });
            refused(event, [](Connection& c) { c.invalidate(); });
            refused(event, [](Connection& c) { c.rollback(); });
            refused(event, [](Connection& c) { c.commit(); });
            refused(event, [](Connection& c) { c.detach(); });
        };
        each_misuse(static_cast<event::Begin*>(nullptr));
        each_misuse(static_cast<event::BeforeExecute*>(nullptr));
        each_misuse(static_cast<event::Commit*>(nullptr));
        each_misuse(static_cast<event::Savepoint*>(nullptr));
        each_misuse(static_cast<event::ReleaseSavepoint*>(nullptr));
        each_misuse(static_cast<event::RollbackSavepoint*>(nullptr));
    });
}

TEST_CASE("what a listener executes leaves the values of the statement under way alone") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        auto sub = engine.listen<event::Begin>([](event::Begin& e) { insert(e.connection, 7); });
        engine.begin([](Connection& c) { insert(c, 1); });
        sub.reset();
        CHECK(engine.connect().execute("SELECT id FROM items WHERE id < 7").all<int>() == std::vector<int>{1});
    });
}

TEST_CASE("a listener that ends the transaction by its SQL leaves nothing that can't be rolled back") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        const auto end = [](auto& e) { e.connection.execute("COMMIT"); };
        {
            const auto sub = engine.listen<event::Begin>(end);
            CHECK_THROWS_AS(engine.begin([](Connection& c) { insert(c, 1); }), InvalidRequestError);
        }
        const auto sub = engine.listen<event::Savepoint>(end);
        Connection c = engine.connect();
        c.begin_nested([](Connection& d) { insert(d, 2); });
        c.rollback();
        CHECK(count_items(engine) == 0);
    });
}

TEST_CASE("a listener may destroy the object that it is told about: nothing is committed, no connection is lost") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .max_overflow = 0});
        create_items(engine);
        const auto destroyed_at = [&]<class E>(E*) {
            {
                auto connection = std::make_unique<Connection>(engine.connect());
                const auto sub = engine.listen<E>([&](E&) { connection.reset(); });
                try {
                    insert(*connection, 1);
                    if (connection) connection->begin_nested().rollback();
                    if (connection) insert(*connection, 1);
                } catch (const DatabaseError&) {
                }
                CHECK_FALSE(connection);
            }
            CHECK(count_items(engine) == 0);
        };
        destroyed_at(static_cast<event::Begin*>(nullptr));
        destroyed_at(static_cast<event::BeforeExecute*>(nullptr));
        destroyed_at(static_cast<event::AfterExecute*>(nullptr));
        destroyed_at(static_cast<event::Savepoint*>(nullptr));
        destroyed_at(static_cast<event::HandleError*>(nullptr));

        ScopedSession current{SessionMaker(engine)};
        {
            const auto sub = engine.listen<event::AfterBegin>([&](event::AfterBegin&) { current.remove(); });
            CHECK_THROWS_AS(current->execute("INSERT INTO items VALUES (1, 'x')"), InvalidRequestError);
        }
        CHECK_THROWS_AS(current->begin([&](Session& s) {
            s.execute("INSERT INTO items VALUES (1, 'x')");
            current.remove();
        }),
                        ResourceClosedError);
        CHECK(count_items(engine) == 0);
    });
}

TEST_CASE("a session's listener can't end the session's connection either") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .max_overflow = 0});
        create_items(engine);
        const auto refused = [&]<class E>(E*, auto misuse) {
            {
                Session session(engine);
                const auto sub = engine.listen<E>([&](E& e) { misuse(e.connection); });
                CHECK_THROWS_AS(session.begin([](Session& s) { s.execute("INSERT INTO items VALUES (1, 'x')"); }),
                                InvalidRequestError);
            }
            CHECK(count_items(engine) == 0);
        };
        const auto each_misuse = [&]<class E>(E* event) {
            refused(event, [](Connection& c) { c.close(); });
            refused(event, [](Connection& c) { c.invalidate(); });
            refused(event, [](Connection& c) { c.rollback(); });
            refused(event, [](Connection& c) { c.commit(); });
        };
        each_misuse(static_cast<event::AfterBegin*>(nullptr));
        each_misuse(static_cast<event::BeforeCommit*>(nullptr));

        const auto sub =
            engine.listen<event::AfterBegin>([](event::AfterBegin& e) { Connection taken(std::move(e.connection)); });
        Session(engine).begin([](Session& s) { s.execute("INSERT INTO items VALUES (1, 'x')"); });
        CHECK(count_items(engine) == 1);
        Session session(engine);
        Connection taken(std::move(session.connection()));
        CHECK_THROWS_AS(session.execute("SELECT 1"), ResourceClosedError);
    });
}

TEST_CASE("a session's listener can't end the session") {
    Database database(Kind::sqlite);
    Engine engine = database.engine();
    create_items(engine);
    for (int misuse = 0; misuse < 4; ++misuse) {
        Session session(engine);
        const auto sub = engine.listen<event::AfterBegin>([&](event::AfterBegin&) {
            if (misuse == 0) session.close();
            if (misuse == 1) session.rollback();
            if (misuse == 2) session.commit();
            if (misuse == 3) session.invalidate();
        });
        CHECK_THROWS_AS(session.execute("INSERT INTO items VALUES (1, 'x')"), InvalidRequestError);
    }
    CHECK(count_items(engine) == 0);
}

TEST_CASE("a handle_error listener may use the connection, and its own errors are not handled again") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        int handled = 0;
        const auto sub = engine.listen<event::HandleError>([&](event::HandleError& e) {
            ++handled;
            try {
                e.connection->execute("SELECT * FROM no_such_table_either");
            } catch (const Error&) {
            }
        });
        Connection c = engine.connect();
        insert(c, 1);
        CHECK_THROWS_AS(insert(c, 1), UniqueViolation);
        CHECK(handled == 1);
    });
}

TEST_CASE("a handle_error listener may connect, and an error of that is not handled again") {
    Engine engine =
        create_engine("postgresql://nobody@127.0.0.1:1/none", {.pool_timeout = std::chrono::milliseconds(0)});
    int handled = 0;
    const auto sub = engine.listen<event::HandleError>([&](event::HandleError&) {
        ++handled;
        CHECK_THROWS_AS(engine.connect(), OperationalError);
    });
    CHECK_THROWS_AS(engine.connect(), OperationalError);
    CHECK_THROWS_AS(engine.connect(), OperationalError);
    CHECK(handled == 2);
}
