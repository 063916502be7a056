// Acceptance list, "Disconnects seen by users of a connection".
#include "dialect/mysql_native.hpp"
#include "support/database.hpp"
#include "support/scripted.hpp"

#include <mysql.h>

#include <algorithm>
#include <vector>

using namespace sociable;
using namespace sociable::test;

namespace {

const DatabaseErrorInfo expect_disconnect(const std::function<void()>& f) {
    try {
        f();
    } catch (const DatabaseError& e) {
        CHECK(e.is_disconnect());
        return e.info();
    }
    FAIL_CHECK("no error");
    return {};
}

}  // namespace

TEST_CASE(
    "A disconnect on execute: the error is thrown with is_disconnect(); the handle is open but invalidated; closing "
    "works") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine({.isolation_level = IsolationLevel::autocommit});
        Connection c = engine.connect();
        database.kill(c);
        const DatabaseErrorInfo info = expect_disconnect([&] { c.execute("SELECT 1"); });
        CHECK(info.statement == "SELECT 1");
        CHECK_FALSE(c.closed());
        CHECK(c.invalidated());
        c.close();
        CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);
    });
}

TEST_CASE(
    "After a disconnect inside a transaction every further use throws PendingRollbackError, naming the first cause, "
    "until rollback(); then it reconnects by itself") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine();
        Connection c = engine.connect();
        c.execute("SELECT 1");
        database.kill(c);
        const DatabaseErrorInfo info = expect_disconnect([&] { c.execute("SELECT 1"); });
        for (int i = 0; i < 2; ++i) {
            CHECK_THROWS_WITH_AS(c.execute("SELECT 1"), doctest::Contains(info.message.c_str()), PendingRollbackError);
            CHECK_THROWS_AS(c.commit(), PendingRollbackError);
            CHECK_THROWS_AS(c.soci(), PendingRollbackError);
            CHECK_THROWS_AS(c.begin_nested(), PendingRollbackError);
        }
        c.rollback();
        CHECK(c.execute("SELECT 1").scalar<int>() == 1);
        CHECK_FALSE(c.invalidated());
    });
}

TEST_CASE("A disconnect on commit or on rollback: the error is thrown, connection invalidated, usable after rollback") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine();
        for (const bool commit : {true, false}) {
            CAPTURE(commit);
            Connection c = engine.connect();
            c.execute("SELECT 1");
            database.kill(c);
            expect_disconnect([&] { commit ? c.commit() : c.rollback(); });
            CHECK(c.invalidated());
            CHECK_THROWS_AS(c.execute("SELECT 1"), PendingRollbackError);
            c.rollback();
            CHECK(c.execute("SELECT 1").scalar<int>() == 1);
        }
    });
}

TEST_CASE(
    "A commit that fails without disconnect: connection valid, transaction inactive, rollback needed, then usable") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    script->on_run = [](const std::string& sql) {
        if (sql == "COMMIT") throw_syntax_error();
    };
    Connection c = engine.connect();
    c.execute("INSERT");
    CHECK_THROWS_AS(c.commit(), ProgrammingError);
    CHECK_FALSE(c.invalidated());
    CHECK_THROWS_AS(c.execute("INSERT"), PendingRollbackError);
    c.rollback();
    CHECK(c.execute("SELECT").scalar<int>() == 1);
    CHECK(script->connects == 1);

    on_each({Kind::postgresql}, [](Database& database) {  // a constraint that is checked at the end
        Engine real = database.engine();
        real.begin([](Connection& r) {
            r.execute("CREATE TABLE p (id integer PRIMARY KEY)");
            r.execute("CREATE TABLE k (id integer REFERENCES p DEFERRABLE INITIALLY DEFERRED)");
        });
        Connection r = real.connect();
        r.execute("INSERT INTO k VALUES (1)");
        CHECK_THROWS_AS(r.commit(), ForeignKeyViolation);
        CHECK_FALSE(r.invalidated());
        CHECK_THROWS_AS(r.execute("SELECT 1"), PendingRollbackError);
        r.rollback();
        CHECK(r.execute("SELECT count(*) FROM k").scalar<int>() == 0);
    });
}

TEST_CASE("An error that is no disconnect neither closes nor invalidates") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        Connection c = engine.connect();
        const std::uint64_t id = c.connection_id();
        CHECK_THROWS_AS(c.execute("SELECT * FROM nothing_of_that_name"), ProgrammingError);
        CHECK_FALSE(c.closed());
        CHECK_FALSE(c.invalidated());
        c.rollback();
        CHECK(c.execute("SELECT 1").scalar<int>() == 1);
        CHECK(c.connection_id() == id);
    });
}

TEST_CASE("Two live connections after an outage: each gets one error, and the pool is the same one") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine({.isolation_level = IsolationLevel::autocommit});
        Connection a = engine.connect(), b = engine.connect();
        database.kill(a);
        database.kill(b);
        for (Connection* c : {&a, &b}) {
            expect_disconnect([&] { c->execute("SELECT 1"); });
            CHECK(c->execute("SELECT 1").scalar<int>() == 1);
        }
        a.close();
        b.close();
        CHECK(engine.pool().status().opened == 4);
        CHECK(engine.pool().status().checked_in == 2);
    });
}

TEST_CASE("NullPool engines recover the same way") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine({.pool_class = PoolClass::null});
        {
            Connection c = engine.connect();
            c.execute("SELECT 1");
            database.kill(c);
            expect_disconnect([&] { c.execute("SELECT 1"); });
            c.rollback();
            CHECK(c.execute("SELECT 1").scalar<int>() == 1);
        }
        CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);
        CHECK(engine.pool().status().closed == 3);
    });
}

TEST_CASE("A disconnect while fetching rows invalidates too") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine();
        Connection c = engine.connect();
        const std::string id = Database::server_id(c);
        Result rows =
            c.stream(database.kind() == Kind::postgresql ? "SELECT repeat('x', 1000) FROM generate_series(1, 1000000)"
                                                         : "SELECT repeat('x', 1000) FROM seq_1_to_1000000");
        CHECK(rows.begin()->get<std::string>(0).size() == 1000);
        Connection killer = database.engine().connect();
        killer.execute(database.kind() == Kind::mysql ? "KILL " + id : "SELECT pg_terminate_backend(" + id + ")");
        expect_disconnect([&] {
            for (const Row& row : rows) static_cast<void>(row);
        });
        CHECK(c.invalidated());
        c.rollback();
        CHECK(c.execute("SELECT 1").scalar<int>() == 1);
    });
}

TEST_CASE("If the dialect's first-connect work throws, nothing is pooled and the next connect tries again") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    int calls = 0;
    engine
        .listen<event::FirstConnect>([&](const event::FirstConnect&) {
            if (++calls < 3) throw std::runtime_error("not yet");
        })
        .release();
    CHECK_THROWS_AS(engine.connect(), std::runtime_error);
    CHECK_THROWS_AS(engine.connect(), std::runtime_error);
    CHECK(script->open() == 0);
    CHECK(engine.pool().status().checked_in == 0);
    engine.connect();
    engine.connect();
    CHECK(calls == 3);
}

TEST_CASE("MariaDB: a connection that is out of step is replaced, and the others stay") {
    on_each({Kind::mysql}, [](Database& db) {
        Engine engine = db.engine();
        Connection other = engine.connect();
        other.execute("SELECT 1");
        const auto of_other = other.connection_id();
        {
            Connection c = engine.connect();
            const auto before = c.connection_id();
            REQUIRE(mysql_query(dialect::mysql_handle(c.soci()), "SELECT 1") == 0);  // whose row nobody reads
            CHECK_THROWS_AS(c.execute("SELECT 2"), InterfaceError);
            c.rollback();
            CHECK(c.execute("SELECT 3").scalar<int>() == 3);
            CHECK(c.connection_id() != before);
        }
        {
            Connection c = engine.connect();
            REQUIRE(mysql_query(dialect::mysql_handle(c.soci()), "SELECT 1") == 0);
            CHECK_THROWS_AS(c.commit(), InterfaceError);
        }
        CHECK(engine.connect().execute("SELECT 4").scalar<int>() == 4);
        other.close();
        CHECK(engine.pool().status().recycled == 0);
        CHECK(engine.connect().connection_id() != 0);
        std::vector<Connection> all;
        for (int i = engine.pool().status().checked_in; i > 0; --i) all.push_back(engine.connect());
        CHECK(std::ranges::any_of(all, [&](const Connection& c) { return c.connection_id() == of_other; }));
    });
}
