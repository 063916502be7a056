// What happens to servers: they are killed, frozen, full, and end connections.
#include "support/load.hpp"
#include "support/own_server.hpp"
#include "support/threads.hpp"
#include "support/user.hpp"

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
    CHECK(report.recovery < 2s);
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
        const auto asked = std::chrono::steady_clock::now();
        connection.reset();  // owes a rollback
        const auto took = std::chrono::steady_clock::now() - asked;
        server.thaw();
        CHECK(took > 4s);
        CHECK(took < 10s);
        CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);
        CHECK(lost_connections(engine) == 0);
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
        SUBCASE("idle") {
            std::string id;
            {
                Connection c = engine.connect();
                id = Database::server_id(c);
            }
            terminate(database, id);
            CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);  // nobody sees it
        }
        SUBCASE("in a statement") {
            Connection c = engine.connect();
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
            try {
                c.execute(mysql ? "SELECT sleep(60)" : "SELECT pg_sleep(60)");
                FAIL("no error");
            } catch (const OperationalError& e) {
                CHECK(e.is_disconnect());
            }
            killer.join();
            c.rollback();
            CHECK(c.execute("SELECT 1").scalar<int>() == 1);
        }
        SUBCASE("in a transaction") {
            create_items(engine);
            int runs = 0;
            engine.run_transaction([&](Connection& c) {
                c.execute("INSERT INTO items VALUES (1, 'x')");
                if (++runs == 1) terminate(database, Database::server_id(c));
                c.execute("INSERT INTO items VALUES (2, 'x')");
            });
            CHECK(runs == 2);
            CHECK(count_items(engine) == 2);
        }
        CHECK(lost_connections(engine) == 0);
    });
}

TEST_CASE("fault: a PostgreSQL backend is terminated during a commit") {
    Database database(Kind::postgresql);
    Engine engine = create_engine(database.url(), Load::options());
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
    CHECK_THROWS_AS(engine.run_transaction([&](Connection& c) {
        ++runs;
        id = Database::server_id(c);
        c.execute("INSERT INTO slow VALUES (1)");
        inserted = true;
    }),
                    CommitOutcomeUnknown);
    killer.join();
    CHECK(runs == 1);
    CHECK(engine.connect().execute("SELECT count(*) FROM slow").scalar<int>() == 0);
    CHECK(lost_connections(engine) == 0);
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
    engine.run_transaction([&](Connection& c) {
        if (++runs == 2) admin.execute("SET GLOBAL read_only = 0");  // as the new primary is
        CHECK((c.connection_id() == first) == (runs == 1));
        c.execute("INSERT INTO t VALUES (1)");
    });
    CHECK(runs == 2);
    CHECK(lost_connections(engine) == 0);
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
