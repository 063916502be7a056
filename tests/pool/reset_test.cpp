// Acceptance list, "Reset on return".
#include "support/database.hpp"
#include "support/scripted.hpp"

#include <soci/soci.h>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

EngineOptions with(ResetOnReturn reset) {
    return {.pool_size = 1, .pool_reset_on_return = reset, .isolation_level = IsolationLevel::autocommit};
}

}  // namespace

TEST_CASE("rollback rolls back only, commit commits only, none does neither; the reset event comes first") {
    std::vector<std::string> order;
    Engine scripted = scripted_engine(std::make_shared<Script>());
    scripted.listen<event::Reset>([&](event::Reset&) { order.push_back("reset"); }).release();
    scripted.listen<event::Checkin>([&](event::Checkin&) { order.push_back("checkin"); }).release();
    scripted.connect();
    CHECK(order == std::vector<std::string>{"reset", "checkin"});

    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        create_items(engine);
        const auto rows_after = [&](ResetOnReturn reset) {
            Engine other = database.engine(with(reset));
            {
                Connection c = other.connect();
                c.execute("BEGIN");  // behind the connection's back
                c.execute("INSERT INTO items (id, name) VALUES (1, 'x')");
            }
            if (reset == ResetOnReturn::none) {
                Connection c = other.connect();
                CHECK(c.execute("SELECT count(*) FROM items").scalar<int>() == 1);  // still inside it
                c.execute("ROLLBACK");
            }
            const int rows = count_items(engine);
            engine.begin([](Connection& c) { c.execute("DELETE FROM items"); });
            return rows;
        };
        CHECK(rows_after(ResetOnReturn::rollback) == 0);
        CHECK(rows_after(ResetOnReturn::commit) == 1);
        CHECK(rows_after(ResetOnReturn::none) == 0);
    });
}

TEST_CASE("With a transaction open at close: one ROLLBACK, not two. With none: no round trip at all") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    {
        Connection c = engine.connect();
        c.execute("INSERT");
    }
    CHECK(script->sql() == std::vector<std::string>{"BEGIN", "INSERT", "ROLLBACK"});
    script->forget();
    { Connection c = engine.connect(); }
    CHECK(script->sql().empty());
}

TEST_CASE("A table lock held by a returned connection is gone for the next user") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 2});
        create_items(engine);
        {
            Connection c = engine.connect();
            if (database.kind() == Kind::postgresql) c.execute("LOCK TABLE items IN ACCESS EXCLUSIVE MODE");
            c.execute("INSERT INTO items (id, name) VALUES (1, 'x')");
            c.rollback();
            if (database.kind() == Kind::postgresql) c.execute("LOCK TABLE items IN ACCESS EXCLUSIVE MODE");
            if (database.kind() == Kind::mysql) c.execute("LOCK TABLES items WRITE");
        }
        Engine other = database.engine({.sqlite = database.kind() == Kind::sqlite
                                                      ? std::optional(SqliteOptions{.busy_timeout = 0ms})
                                                      : std::nullopt});
        other.begin([](Connection& c) { c.execute("INSERT INTO items (id, name) VALUES (1, 'y')"); });
        CHECK(count_items(engine) == 1);
    });
}

TEST_CASE("MariaDB: locks that outlive their transaction end at the return, whoever took them") {
    Database database(Kind::mysql);
    Engine engine = database.engine({.pool_size = 1, .max_overflow = 0});
    create_items(engine);
    const auto check_free = [&] {
        engine.begin([](Connection& c) { c.execute("INSERT INTO items (id, name) VALUES (1, 'y')"); });
        engine.begin([](Connection& c) { c.execute("DELETE FROM items"); });
    };
    for (const char* lock :
         {"LOCK TABLES items READ", "/* all */ LOCK TABLES items READ", "FLUSH TABLES WITH READ LOCK"}) {
        CAPTURE(lock);
        engine.connect().execute(lock);
        check_free();
        engine.connect().execute(lock);  // from the statement cache
        check_free();
        engine.connect().soci() << lock;
        check_free();
    }
    engine.connect().execute("SELECT count(*) FROM items");
    CHECK(engine.pool().status().reset.since_start.count == 9);  // nothing is sent where nothing may be locked
}

TEST_CASE("An open transaction, a failed transaction: none is seen by the next borrower") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .max_overflow = 0});
        create_items(engine);
        engine.connect().execute("INSERT INTO items (id, name) VALUES (1, 'x')");
        {
            Connection c = engine.connect();
            CHECK(c.execute("SELECT count(*) FROM items").scalar<int>() == 0);
            CHECK_THROWS_AS(c.execute("SELECT nonsense FROM items"), ProgrammingError);
        }
        CHECK(count_items(engine) == 0);
        {
            Session session(engine);
            session.soci() << "INSERT INTO items (id, name) VALUES (2, 'y')";
        }
        CHECK(count_items(engine) == 0);
    });
}

TEST_CASE(
    "SET search_path, a changed isolation level, a temporary table: none is seen by the next borrower where session "
    "reset is on") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .max_overflow = 0, .pool_reset_session = true});
        const auto setting = [&] {
            Connection c = engine.connect();
            switch (database.kind()) {
                case Kind::postgresql:
                    return c
                        .execute(
                            "SELECT current_setting('search_path') || current_setting("
                            "'default_transaction_isolation')")
                        .scalar<std::string>();
                case Kind::mysql:
                    return c.execute("SELECT concat(@@session.sql_mode, @@session.tx_isolation)").scalar<std::string>();
                case Kind::sqlite: break;
            }
            return std::to_string(c.execute("PRAGMA cache_size").scalar<int>()) +
                   std::to_string(c.execute("PRAGMA read_uncommitted").scalar<int>());
        };
        const std::string before = setting();
        {
            Connection c = engine.connect();
            switch (database.kind()) {
                case Kind::postgresql:
                    c.execute("SET search_path TO pg_catalog");
                    c.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE");
                    break;
                case Kind::mysql:
                    c.execute("SET SESSION sql_mode = ''");
                    c.execute("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE");
                    break;
                case Kind::sqlite:
                    c.execute("PRAGMA cache_size = 7");
                    c.execute("PRAGMA read_uncommitted = 1");
                    break;
            }
            c.execute("CREATE TEMPORARY TABLE scratch (id integer)");
            c.commit();
        }
        CHECK(setting() == before);
        CHECK_THROWS_AS(engine.connect().execute("SELECT * FROM scratch"), ProgrammingError);
        CHECK(engine.pool().status().opened == 1);
    });
}

TEST_CASE("A session is reset only after something that may have changed it") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .pool_reset_session = true});
    const auto resets_after = [&](const std::function<void(Connection&)>& work) {
        const auto before = engine.pool().status().session_resets;
        {
            Connection c = engine.connect();
            work(c);
        }
        return engine.pool().status().session_resets - before;
    };
    CHECK(resets_after([](Connection&) {}) == 0);
    CHECK(resets_after([](Connection& c) { c.execute("SELECT 1"); }) == 0);
    CHECK(resets_after([](Connection& c) { c.begin([](Connection& d) { d.execute("INSERT INTO t VALUES (1)"); }); }) ==
          0);
    CHECK(resets_after([](Connection& c) { c.execute("SET x = 1"); }) == 1);
    CHECK(resets_after([](Connection& c) { c.execute("SELECT 1"); }) == 0);
    CHECK(resets_after([](Connection& c) { c.execute("SET x = 1"); }) == 1);  // kept, and still known for it
    CHECK(resets_after([](Connection& c) { c.execute("SELECT pg_advisory_lock(1)"); }) == 1);
    CHECK(resets_after([](Connection& c) { c.soci(); }) == 1);
    const auto sub = engine.listen<event::Checkout>([](event::Checkout&) {});
    CHECK(resets_after([](Connection&) {}) == 1);  // who knows what it did
}

TEST_CASE(
    "Begin and close: exactly one rollback. Nested left open at close: one rollback of the root, no savepoint SQL") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    int rollbacks = 0;
    engine.listen<event::Rollback>([&](const event::Rollback&) { ++rollbacks; }).release();
    {
        Connection c = engine.connect();
        Transaction t = c.begin();
        c.execute("INSERT");
        c.close();
    }
    CHECK(script->sql() == std::vector<std::string>{"BEGIN", "INSERT", "ROLLBACK"});
    CHECK(rollbacks == 1);
    script->forget();
    {
        Connection c = engine.connect();
        Transaction nested = c.begin_nested();
        c.close();
    }
    CHECK(script->sql() == std::vector<std::string>{"BEGIN", "SAVEPOINT sociable_2", "ROLLBACK"});
}

TEST_CASE("A reset that fails costs the connection and is logged; the caller sees no error") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1});
    script->on_run = [](const std::string& sql) {
        if (sql == "ROLLBACK") throw_syntax_error();
    };
    {
        Connection c = engine.connect();
        c.execute("INSERT");
        c.close();
    }
    CHECK(script->open() == 0);
    CHECK(engine.pool().status().checked_in == 0);

    engine.listen<event::Reset>([](event::Reset&) { throw 7; }, {.once = true}).release();
    engine.connect().close();
    CHECK(script->open() == 0);
    engine.connect().close();
    CHECK(script->open() == 1);
}
