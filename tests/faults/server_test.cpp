// What happens to servers: they are killed, frozen, full, and end connections.
#include "support/callers.hpp"
#include "support/load.hpp"
#include "support/own_server.hpp"
#include "support/threads.hpp"
#include "support/user.hpp"

#include <array>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

void on_each_server(const std::function<void(OwnServer&)>& f) {
    for (const Kind kind : servers) DOCTEST_SUBCASE(to_string(kind).c_str()) {
            OwnServer server(kind);
            f(server);
        }
}

void check_promises(const FaultReport& report) {
    CHECK(report.longest_wait <= Load::longest_allowed);
    CHECK(report.recovery < longest_recovery);
    CHECK(report.lost == 0);
}

Engine admin(const Database& database) { return database.engine({.isolation_level = IsolationLevel::autocommit}); }

void terminate(const Database& database, const std::string& id) {
    admin(database).connect().execute(database.kind() == Kind::mysql ? "KILL " + id
                                                                     : "SELECT pg_terminate_backend(" + id + ", 5000)");
}

}  // namespace

TEST_CASE("fault: the server is killed and launched again at once") {
    on_each_server([](OwnServer& server) {
        const Engine engine = create_engine(server.url(), Load::options());
        Load load(engine, 8);
        server.kill();
        server.launch();
        check_promises(load.finish("SIGKILL, launched at once", to_string(server.kind())));
        CHECK(engine.pool().status().invalidated > 0);  // callers need not have seen an error
    });
}

TEST_CASE("fault: the server's processes are frozen for 3 s") {
    on_each_server([](OwnServer& server) {
        Load load(create_engine(server.url(), Load::options()), 8);
        server.freeze();
        std::this_thread::sleep_for(3s);
        server.thaw();
        check_promises(load.finish("SIGSTOP for 3 s", to_string(server.kind())));
    });
}

TEST_CASE(
    "A ping has a deadline: a server process that is stopped costs at most pool_ping_timeout, then the connection is "
    "replaced") {
    on_each_server([](OwnServer& server) {
        EngineOptions options = Load::options();
        options.pool_size = 1;
        options.max_overflow = 0;
        options.pool_ping_timeout = 400ms;
        options.pool_timeout = 30s;
        Engine engine = create_engine(server.url(), options);
        engine.connect();
        server.freeze();
        const auto asked = std::chrono::steady_clock::now();
        std::thread thaws([&] {
            // The ping gives up, and only then is a new connection asked for.
            wait_until([&] { return engine.pool().status().invalidated == 1; });
            const auto took = std::chrono::steady_clock::now() - asked;
            CHECK(took >= 400ms);
            CHECK(took < 2 * 400ms);
            server.thaw();
        });
        CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);
        thaws.join();
        CHECK(engine.pool().status().opened == 2);
    });
}

TEST_CASE("fault: a session that is ended while its server is frozen gives up after the time that a reset may take") {
    on_each_server([](OwnServer& server) {
        Engine engine = create_engine(server.url(), Load::options());
        std::optional<Connection> connection = engine.connect();
        connection->execute("SELECT 1");
        server.freeze();
        Callers callers;
        const auto asked = std::chrono::steady_clock::now();
        CHECK(callers.see([&] { connection.reset(); }));  // owes a rollback
        const auto took = std::chrono::steady_clock::now() - asked;
        CHECK_FALSE(callers.see([&] { callers.connect(engine); }));
        server.thaw();
        CHECK(took > 4s);
        CHECK(took < 10s);
        callers.recover(engine);
        const FaultReport report = callers.finish("a session that ends on a frozen server", to_string(server.kind()));
        check_promises(report);
    });
}

TEST_CASE("fault: a stream that is ended while its server is frozen gives up after the time that a reset may take") {
    on_each_server([](OwnServer& server) {
        Engine engine = create_engine(server.url(), Load::options());
        std::optional<Connection> connection = engine.connect();
        Result half_read = connection->stream("SELECT 1 UNION ALL SELECT 2", {}, {.yield_per = 1});
        auto rows = half_read.rows<int>();
        CHECK(*rows.begin() == 1);
        server.freeze();
        const auto asked = std::chrono::steady_clock::now();
        connection.reset();  // owes the end of a cursor, and a rollback
        const auto took = std::chrono::steady_clock::now() - asked;
        server.thaw();
        CHECK(took > 4s);
        CHECK(took < 10s);
        CHECK_THROWS_AS(half_read.all<int>(), ResourceClosedError);
        CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);
    });
}

TEST_CASE("fault: the server has no place for more connections") {
    on_each(servers, [](Database& database) {
        const User user(database, "sociable_crowded", "pw");
        const std::string limit = database.kind() == Kind::mysql
                                      ? "GRANT USAGE ON *.* TO 'sociable_crowded'@'%' WITH MAX_USER_CONNECTIONS 2"
                                      : "ALTER ROLE sociable_crowded NOSUPERUSER CONNECTION LIMIT 2";
        admin(database).connect().execute(limit);
        Url url = user.url();
        if (database.kind() == Kind::postgresql) url = url.with_query("options", "");
        Load load(create_engine(url, Load::options()), 8);
        std::this_thread::sleep_for(1s);
        const FaultReport report = load.finish("no place for more than 2 connections", to_string(database.kind()));
        check_promises(report);
        CHECK(report.error_count() == 0);  // they shared the two
    });
}

TEST_CASE("fault: backends are terminated while idle, in a statement, in a transaction") {
    on_each(servers, [](Database& database) {
        Engine engine = create_engine(database.url(), Load::options());
        const bool mysql = database.kind() == Kind::mysql;
        Callers callers;
        std::string fault;
        std::map<std::string, int> expected;
        SUBCASE("idle") {
            fault = "backend terminated while idle";
            std::string id;
            {
                Connection c = engine.connect();
                id = Database::server_id(c);
            }
            terminate(database, id);
            CHECK(callers.see([&] { callers.connect(engine).execute("SELECT 1"); }));  // nobody sees it
            CHECK(engine.pool().status().invalidated == 1);
        }
        SUBCASE("in a statement") {
            fault = "backend terminated in a statement";
            expected = {{"disconnect", 1}};
            Connection c = callers.connect(engine);
            const std::string id = Database::server_id(c);
            std::thread killer([&] {
                Engine other = admin(database);
                const std::string active = mysql ? "SELECT count(*) FROM information_schema.processlist WHERE info "
                                                   "LIKE 'SELECT sleep%' AND id = " +
                                                       id
                                                 : "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND "
                                                   "query LIKE 'SELECT pg_sleep%' "
                                                   "AND pid = " +
                                                       id;
                wait_until([&] { return other.connect().execute(active).scalar<int>() == 1; });
                terminate(database, id);
            });
            CHECK_FALSE(callers.see([&] { c.execute(mysql ? "SELECT sleep(60)" : "SELECT pg_sleep(60)"); }));
            killer.join();
            c.rollback();
            CHECK(c.execute("SELECT 1").scalar<int>() == 1);
        }
        SUBCASE("in a transaction") {
            fault = "backend terminated in a transaction";
            create_items(engine);
            int runs = 0;
            CHECK(callers.see([&] {
                callers.run_transaction(engine, [&](Connection& c) {
                    c.execute("INSERT INTO items VALUES (1, 'x')");
                    if (++runs == 1) terminate(database, Database::server_id(c));
                    c.execute("INSERT INTO items VALUES (2, 'x')");
                });
            }));
            CHECK(runs == 2);
            CHECK(count_items(engine) == 2);
        }
        callers.recover(engine);
        const FaultReport report = callers.finish(fault, to_string(database.kind()));
        CHECK(report.errors == expected);
        check_promises(report);
    });
}

TEST_CASE("fault: a PostgreSQL backend is terminated during a commit") {
    Database database(Kind::postgresql);
    Engine engine = create_engine(database.url(), Load::options());
    Callers callers;
    engine.begin([](Connection& c) {
        c.execute("CREATE TABLE slow (id integer)");
        c.execute(
            "CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$");
        c.execute(
            "CREATE CONSTRAINT TRIGGER t AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
            "EXECUTE FUNCTION wait_at_commit()");
    });
    int runs = 0;
    std::atomic<bool> inserted{false};
    std::string id;
    std::thread killer([&] {
        wait_until([&] { return inserted.load(); });
        Engine other = admin(database);
        wait_until([&] {
            return other.connect()
                       .execute(
                           "SELECT count(*) FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active' AND pid "
                           "= " +
                           id)
                       .scalar<int>() == 1;
        });
        terminate(database, id);
    });
    CHECK_FALSE(callers.see([&] {
        callers.run_transaction(engine, [&](Connection& c) {
            ++runs;
            id = Database::server_id(c);
            c.execute("INSERT INTO slow VALUES (1)");
            inserted = true;
        });
    }));
    killer.join();
    CHECK(runs == 1);
    callers.recover(engine);
    CHECK(engine.connect().execute("SELECT count(*) FROM slow").scalar<int>() == 0);
    const FaultReport report = callers.finish("backend terminated during a commit", "postgresql");
    CHECK(report.errors == std::map<std::string, int>{{"commit unknown", 1}});
    check_promises(report);
}

TEST_CASE("fault: a MariaDB backend is terminated during a commit") {
    OwnServer server(Kind::mysql);  // of its own: no commit of others may be held up
    Engine engine = create_engine(server.url(), Load::options());
    create_items(engine);
    Callers callers;
    Engine admin = create_engine(server.url(), {.isolation_level = IsolationLevel::autocommit});
    Connection blocker = admin.connect();
    int runs = 0;
    std::string id;
    std::thread killer;
    CHECK_FALSE(callers.see([&] {
        callers.run_transaction(engine, [&](Connection& c) {
            ++runs;
            id = Database::server_id(c);
            c.execute("INSERT INTO items VALUES (1, 'x')");
            // What a backup does for a consistent moment: commits wait.
            blocker.execute("BACKUP STAGE START");
            blocker.execute("BACKUP STAGE BLOCK_COMMIT");
            killer = std::thread([&] {
                Connection other = admin.connect();
                wait_until([&] {
                    return other
                               .execute(
                                   "SELECT count(*) FROM information_schema.processlist WHERE info = 'COMMIT' AND "
                                   "state LIKE 'Waiting%' AND id = " +
                                   id)
                               .scalar<int>() == 1;
                });
                other.execute("KILL " + id);
            });
        });
    }));
    killer.join();
    blocker.execute("BACKUP STAGE END");
    CHECK(runs == 1);
    callers.recover(engine);
    CHECK(count_items(engine) == 0);
    const FaultReport report = callers.finish("backend terminated during a commit", "mysql");
    CHECK(report.errors == std::map<std::string, int>{{"commit unknown", 1}});
    check_promises(report);
}

TEST_CASE(
    "fault: all of the server's places are taken: the pool shares those that it has, and no caller sees an error") {
    const auto shares = [](const OwnServer& server, const Url& url, const std::string& said) {
        Engine engine = create_engine(url, Load::options());
        { const std::array<Connection, 2> two{engine.connect(), engine.connect()}; }
        // Somebody else takes the rest.
        Engine others = create_engine(url, {.pool_class = PoolClass::null});
        std::vector<Connection> taken;
        std::string error;
        while (error.empty()) {
            try {
                taken.push_back(others.connect());
            } catch (const OperationalError& e) {
                error = e.message();
                CHECK(e.is_retryable());
                CHECK_FALSE(e.is_disconnect());
            }
        }
        CHECK_MESSAGE(error.find(said) != std::string::npos, error);
        CHECK(taken.size() > 2);
        Load load(engine, 8);
        wait_until([&] { return engine.pool().status().connect_errors > 0; });
        for (int i = 0; i < 50; ++i) load.wait_until_served();
        CHECK(engine.pool().status().opened == 2);
        taken.clear();
        const FaultReport report = load.finish("all places taken but 2: " + said, to_string(server.kind()));
        check_promises(report);
        CHECK(report.error_count() == 0);
    };
    const auto plain_user = [](const OwnServer& server, const std::string& create) {
        create_engine(server.url(), {.isolation_level = IsolationLevel::autocommit}).connect().execute(create);
        return server.url().with_user("plain").with_password("pw");
    };
    SUBCASE("PostgreSQL") {
        const OwnServer server(Kind::postgresql, {"max_connections=10"});
        SUBCASE("every one") { shares(server, server.url(), "too many clients already"); }
        SUBCASE("those that are not reserved for superusers") {
            shares(server, plain_user(server, "CREATE ROLE plain LOGIN PASSWORD 'pw'"),
                   "remaining connection slots are reserved");
        }
    }
    SUBCASE("MariaDB") {
        const OwnServer server(Kind::mysql, {"max_connections=10"});
        shares(server, plain_user(server, "GRANT ALL ON sociable.* TO plain@'%' IDENTIFIED BY 'pw'"),
               "Too many connections");
    }
}

TEST_CASE("a server that has become read-only loses its connections, and its transactions go on at the next: MariaDB") {
    OwnServer server(Kind::mysql);
    Engine root = create_engine(server.url(), {.isolation_level = IsolationLevel::autocommit});
    Connection admin = root.connect();
    admin.execute("CREATE TABLE t (id integer)");
    admin.execute("CREATE USER plain@'%' IDENTIFIED BY 'pw'");  // root may always write
    admin.execute("GRANT ALL ON sociable.* TO plain@'%'");
    Engine engine = create_engine(server.url().with_user("plain").with_password("pw"), Load::options());
    const std::uint64_t first = engine.connect().connection_id();
    admin.execute("SET GLOBAL read_only = 1");
    int runs = 0;
    Callers callers;
    CHECK(callers.see([&] {
        callers.run_transaction(engine, [&](Connection& c) {
            if (++runs == 2) admin.execute("SET GLOBAL read_only = 0");  // as the new primary is
            CHECK((c.connection_id() == first) == (runs == 1));
            c.execute("INSERT INTO t VALUES (1)");
        });
    }));
    CHECK(runs == 2);
    callers.recover(engine);
    check_promises(callers.finish("server read-only, then replaced", "mysql"));
}

TEST_CASE("a connection on which writing is forbidden by a setting is closed when it comes back; the others stay") {
    Database database(Kind::postgresql);
    Engine engine = create_engine(database.url(), Load::options());
    create_items(engine);
    Connection other = engine.connect();
    std::uint64_t id = 0;
    {
        Connection c = engine.connect();
        id = c.connection_id();
        c.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
        c.commit();
        try {
            c.execute("INSERT INTO items VALUES (1, 'x')");
            FAIL("no error");
        } catch (const DatabaseError& e) {
            CHECK(e.sqlstate() == "25006");
        }
    }
    const std::uint64_t kept = other.connection_id();
    other.close();
    CHECK(engine.connect().connection_id() == kept);
    // A transaction that its user has declared read-only is none of the server's doing.
    {
        Connection c = engine.connect();
        CHECK_THROWS_AS(
            c.begin([](Connection& d) { d.execute("INSERT INTO items VALUES (1, 'x')"); }, {.read_only = true}),
            DatabaseError);
    }
    CHECK(engine.connect().connection_id() == kept);
    CHECK(kept != id);
}
