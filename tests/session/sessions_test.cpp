// Acceptance list, "Sessions".
#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"

#include <set>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

void insert(Session& session, int id) {
    session.execute("INSERT INTO items (id, name) VALUES (:id, :name)", {{"id", id}, {"name", "item"}});
}

int count(Session& session) { return session.execute("SELECT count(*) FROM items").scalar<int>(); }

}  // namespace

TEST_CASE("Several statements share one transaction; what is not committed another session doesn't see") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        Session session(engine), other(engine);
        insert(session, 1);
        insert(session, 2);
        CHECK(count(session) == 2);
        CHECK(count(other) == 0);
        other.rollback();
        session.commit();
        CHECK(count(other) == 2);
    });
}

TEST_CASE("Commit, rollback and close give exactly one commit or rollback, then one checkin") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    int checkins = 0;
    engine
        .listen<event::Checkin>([&](const event::Checkin&) {
            ++checkins;
            script->record("checkin");
        })
        .release();
    const auto ends_with = [&](const char* last) {
        const auto sql = script->sql();
        script->forget();
        CHECK(sql == std::vector<std::string>{"BEGIN", "INSERT", "INSERT", last, "checkin"});
        CHECK(engine.pool().status().checked_out == 0);
    };
    const auto work = [](Session& s) {
        s.execute("INSERT");
        s.execute("INSERT");
    };
    Session session(engine);
    work(session);
    session.commit();
    ends_with("COMMIT");
    work(session);
    session.rollback();
    ends_with("ROLLBACK");
    work(session);
    session.close();
    ends_with("ROLLBACK");
    {
        Session scope(engine);
        work(scope);
    }
    ends_with("ROLLBACK");
    session.close();
    CHECK(checkins == 4);
}

TEST_CASE("A session whose connection was invalidated can be used again on a new one") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        Session session(engine);
        insert(session, 1);
        session.invalidate();
        CHECK(count(session) == 0);
        insert(session, 2);
        session.connection().invalidate();
        CHECK_THROWS_AS(count(session), PendingRollbackError);
        session.rollback();
        CHECK(count(session) == 0);
    });
}

TEST_CASE("A begin that fails closes its connection at once") {
    on_each({Kind::sqlite}, [](Database& database) {
        Engine engine = database.engine({.sqlite = SqliteOptions{.busy_timeout = 0ms}});
        create_items(engine);
        Session writer(engine), late(engine);
        insert(writer, 1);
        CHECK_THROWS_AS(insert(late, 2), OperationalError);
        CHECK_FALSE(late.in_transaction());
        CHECK(engine.pool().status().checked_out == 1);
        writer.commit();
        insert(late, 2);
        late.commit();
        CHECK(count_items(engine) == 2);
    });
}

TEST_CASE("A commit that worked while the return to the pool failed: the error shows, no rollback is tried") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    Session session(engine);
    session.execute("INSERT");
    engine.listen<event::Checkin>([](const event::Checkin&) { throw 7; }, {.once = true}).release();
    CHECK_THROWS_AS(session.commit(), int);
    CHECK(script->sql() == std::vector<std::string>{"BEGIN", "INSERT", "COMMIT"});
    CHECK_FALSE(session.in_transaction());
    CHECK(engine.pool().status().checked_out == 0);
    session.execute("INSERT");
}

TEST_CASE("Session.begin(f) commits and closes, or rolls back, closes and rethrows; it returns what f returns") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        const SessionMaker make_session(engine);
        const int seen = make_session.begin([](Session& s) {
            insert(s, 1);
            return count(s);
        });
        CHECK(seen == 1);
        CHECK(count_items(engine) == 1);
        const auto fails = [&] {
            make_session.begin([](Session& s) {
                insert(s, 2);
                throw std::domain_error("mine");
            });
        };
        CHECK_THROWS_WITH_AS(fails(), "mine", std::domain_error);
        CHECK(count_items(engine) == 1);
        CHECK(engine.pool().status().checked_out == 0);

        Session session(engine);
        session.begin([](Session& s) { insert(s, 3); });
        CHECK_FALSE(session.in_transaction());
        CHECK(count_items(engine) == 2);
    });
}

TEST_CASE("A session used by two threads at once is reported as such, not left to corrupt") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    Session session(engine);
    Door inside, leave;
    script->on_execute = [&](const std::string& sql) {
        if (sql != "INSERT slow") return;
        inside.open();
        leave.pass();
    };
    std::thread other([&] { session.execute("INSERT slow"); });
    inside.pass();
    CHECK_THROWS_AS(session.execute("INSERT"), InvalidRequestError);
    CHECK_THROWS_AS(session.commit(), InvalidRequestError);
    CHECK_THROWS_AS(session.close(), InvalidRequestError);
    leave.open();
    other.join();
    session.commit();
    CHECK(script->sql() == std::vector<std::string>{"BEGIN", "INSERT slow", "COMMIT"});
}

TEST_CASE(
    "A session joined to a connection that already has a transaction: commit ends the session's part only (a "
    "savepoint where asked), so that a test suite can roll everything back at the end") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        const auto joined = [](Connection& outer, JoinTransactionMode mode) {
            return Session(outer, {.join_transaction_mode = mode});
        };
        using Mode = JoinTransactionMode;
        Connection outer = engine.connect();
        const auto seen = [&] { return outer.execute("SELECT count(*) FROM items").scalar<int>(); };

        Transaction all = outer.begin();
        outer.execute("INSERT INTO items (id) VALUES (100)");
        {
            Session s = joined(outer, Mode::create_savepoint);
            insert(s, 1);
            s.commit();
            insert(s, 2);
            s.rollback();
            insert(s, 3);  // dropped with the session
        }
        CHECK(seen() == 2);
        {
            Session s = joined(outer, Mode::rollback_only);
            insert(s, 4);
            s.commit();
            insert(s, 5);
            s.close();  // leaves the outer transaction alone
        }
        CHECK(seen() == 4);
        CHECK(all.is_active());
        all.rollback();
        CHECK(seen() == 0);
        outer.rollback();

        {  // a rollback in rollback_only is of everything
            Transaction t = outer.begin();
            outer.execute("INSERT INTO items (id) VALUES (100)");
            Session s = joined(outer, Mode::rollback_only);
            insert(s, 1);
            s.rollback();
            CHECK_FALSE(t.is_active());
        }
        {  // the default: a savepoint where the connection is in one, else rollback_only
            Transaction t = outer.begin();
            outer.execute("INSERT INTO items (id) VALUES (100)");
            Transaction nested = outer.begin_nested();
            Session s(outer);
            insert(s, 1);
            s.rollback();
            CHECK(seen() == 1);
            CHECK(nested.is_active());
        }
        {  // control_fully ends the outer transaction
            Transaction t = outer.begin();
            outer.execute("INSERT INTO items (id) VALUES (100)");
            Session s = joined(outer, Mode::control_fully);
            insert(s, 1);
            s.commit();
            CHECK_FALSE(t.is_active());
        }
        CHECK(seen() == 2);
        outer.rollback();
        {  // no outer transaction: the session's own
            Session s(outer);
            insert(s, 2);
            s.commit();
            CHECK_FALSE(outer.in_transaction());
            insert(s, 3);
        }
        CHECK_FALSE(outer.closed());
        CHECK(seen() == 3);
    });
}

TEST_CASE(
    "Same scope, same session; remove() closes it and the next use makes a new one; a scope function of the user's "
    "own gives one session per key. A thread that ends closes its session") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    ScopedSession current{SessionMaker(engine)};
    CHECK_FALSE(current.has_session());
    Session* first = &*current;
    CHECK(&*current == first);
    current->execute("INSERT");
    CHECK(engine.pool().status().checked_out == 1);
    current.remove();
    current.remove();
    CHECK_FALSE(current.has_session());
    CHECK(engine.pool().status().checked_out == 0);
    CHECK_FALSE(current->in_transaction());
    current.remove();

    std::mutex mutex;
    std::set<Session*> sessions;
    in_parallel(4, [&](int) {
        current->execute("INSERT");
        const std::lock_guard lock(mutex);
        sessions.insert(&*current);
    });  // the threads have ended
    CHECK(engine.pool().status().checked_out == 0);
    wait_until([&] {  // one may still be being opened for a thread that got another
        const PoolStatus status = engine.pool().status();
        return status.checked_in == static_cast<int>(status.opened);
    });

    std::string key = "a";
    ScopedSession keyed(SessionMaker(engine), [&] { return key; });
    Session* of_a = &*keyed;
    key = "b";
    CHECK(&*keyed != of_a);
    key = "a";
    CHECK(&*keyed == of_a);
    keyed->execute("INSERT");
    key = "b";
    keyed.remove();
    CHECK(engine.pool().status().checked_out == 1);
    key = "a";
    keyed.remove();
    CHECK(engine.pool().status().checked_out == 0);
}

TEST_CASE("A scoped session that is gone before its thread does no harm") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    std::thread thread([&] {
        {
            ScopedSession current{SessionMaker(engine)};
            current->execute("INSERT");
        }
        CHECK(engine.pool().status().checked_out == 0);
    });
    thread.join();
}

TEST_CASE("A closed session stays closed, and a moved one is where it went") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    Session session(engine);
    session.execute("INSERT");
    Session moved = std::move(session);
    CHECK(session.closed());
    CHECK_THROWS_AS(session.execute("INSERT"), ResourceClosedError);
    moved.execute("INSERT");
    moved.close();
    CHECK(moved.closed());
    CHECK_THROWS_AS(moved.execute("INSERT"), ResourceClosedError);
    CHECK_THROWS_AS(moved.commit(), ResourceClosedError);
    CHECK_THROWS_AS(moved.begin([](Session&) {}), ResourceClosedError);
    moved = Session(engine);
    moved.execute("INSERT");
    CHECK(engine.pool().status().checked_out == 1);
    moved = Session(engine);
    CHECK(engine.pool().status().checked_out == 0);
}

TEST_CASE("A session's scopes: begin twice is an error, savepoints nest, options reach the transaction") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        Session session(engine);
        session.begin(TransactionOptions{.read_only = true});
        CHECK_THROWS_AS(session.begin(TransactionOptions{}), InvalidRequestError);
        CHECK_THROWS_AS(insert(session, 1), DatabaseError);
        session.rollback();
        session.begin([](Session& s) {
            insert(s, 1);
            const auto fails = [&] {
                s.begin_nested([](Session& n) {
                    insert(n, 2);
                    throw 7;
                });
            };
            CHECK_THROWS_AS(fails(), int);
            s.begin_nested([](Session& n) { insert(n, 3); });
        });
        CHECK(count(session) == 2);
        session.rollback();
        // A scope whose transaction was ended inside it commits nothing of what came after.
        const auto ended_inside = [&] {
            session.begin([](Session& s) {
                insert(s, 10);
                s.commit();
                insert(s, 11);
            });
        };
        CHECK_THROWS_AS(ended_inside(), InvalidRequestError);
        CHECK(count_items(engine) == 3);
    });
}

TEST_CASE("A session's connection options hold for each of its connections") {
    on_each({Kind::postgresql}, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .max_overflow = 0});
        Session session(engine, {.connect = {.isolation_level = IsolationLevel::serializable,
                                             .settings = {{"statement_timeout", "12345"}}}});
        for (int i = 0; i < 2; ++i) {
            CHECK(session.execute("SHOW transaction_isolation").scalar<std::string>() == "serializable");
            CHECK(session.execute("SHOW statement_timeout").scalar<std::string>() == "12345ms");
            session.commit();
        }
        CHECK(engine.connect().execute("SHOW statement_timeout").scalar<std::string>() == "0");
    });
}
