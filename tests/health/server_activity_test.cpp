#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"
#include "support/thrown.hpp"

#include <sociable/health/server_activity.hpp>

#include <sstream>
#include <thread>

#include <unistd.h>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

ServerActivity seen_by(Engine& engine) {
    Connection connection = engine.connect();
    return server_activity(connection);
}

/// Other tests use the same servers at the same time.
std::string own_name() { return "activity_" + std::to_string(getpid()); }

/// Of which the application's name, or the database, is this test's alone.
Engine named_engine(const Database& database, EngineOptions options = {}) {
    if (database.kind() == Kind::postgresql)
        return create_engine(database.url().with_query("application_name", own_name()), options);
    return database.engine(options);
}

constexpr auto patience = 10s;

/// Asks until the condition holds, since servers tell of states a moment later; MariaDB, of transactions, the same
/// until nobody has asked for 0.1 s.
template <class Condition>
ServerActivity seen_when(Engine& engine, Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        ServerActivity activity = seen_by(engine);
        if (condition(activity) || std::chrono::steady_clock::now() > deadline) return activity;
        std::this_thread::sleep_for(120ms);
    }
}

/// An account that may do nothing but log in, and its engine.
class PlainUser {
public:
    explicit PlainUser(const Database& database)
        : admin_(database.engine({.isolation_level = IsolationLevel::autocommit})),
          account_(database.kind() == Kind::mysql ? "'" + own_name() + "'@'%'" : own_name()) {
        const bool mysql = database.kind() == Kind::mysql;
        admin_.connect().execute("CREATE " + kind() + " " + account_ + (mysql ? " IDENTIFIED BY" : " LOGIN PASSWORD") +
                                 " 'secret'");
        if (mysql) admin_.connect().execute("GRANT SELECT ON " + database.url().database() + ".* TO " + account_);
        url = database.url().with_user(own_name()).with_password("secret");
    }
    PlainUser(const PlainUser&) = delete;
    PlainUser& operator=(const PlainUser&) = delete;
    ~PlainUser() { admin_.connect().execute("DROP " + kind() + " " + account_); }

    Url url{"sqlite://"};

private:
    std::string kind() const { return admin_.dialect_name() == "mysql" ? "USER" : "ROLE"; }

    Engine admin_;
    std::string account_;
};

}  // namespace

TEST_CASE("the server tells states, limits and clients, and which connections are ours") {
    on_each(servers, [](Database& database) {
        Engine engine = named_engine(database, {.pool_size = 3});
        { Connection a = engine.connect(), b = engine.connect(), c = engine.connect(); }
        const ServerActivity activity = seen_when(engine, [](const auto& a) { return a.ours.idle == 2; });
        CHECK(activity.ours == ConnectionStates{.active = 1, .idle = 2});
        CHECK(activity.connections.total() >= 3);
        const bool postgresql = database.kind() == Kind::postgresql;
        Connection asking = engine.connect();
        REQUIRE(activity.max_connections);
        CHECK(*activity.max_connections == asking
                                               .execute(postgresql ? "SELECT current_setting('max_connections')::int"
                                                                   : "SELECT @@global.max_connections")
                                               .scalar<int>());
        CHECK(activity.reserved_connections == (postgresql ? 3 : 0));
        CHECK(activity.our_share() == doctest::Approx(3.0 / *activity.max_connections));
        CHECK(activity.share_taken() >= activity.our_share());
        CHECK(activity.unseen.empty());
        CHECK_FALSE(activity.sqlite);
        CHECK(activity.idle_timeout.has_value() == !postgresql);  // MariaDB's default is 8 h, PostgreSQL's never
        REQUIRE_FALSE(activity.clients.empty());
        int clients = 0, of_ours = 0;
        for (const ClientActivity& client : activity.clients) {
            clients += client.connections.total();
            if (client.application == (postgresql ? own_name() : "") && client.address == "127.0.0.1")
                of_ours += client.connections.total();
        }
        CHECK(clients == activity.connections.total());
        CHECK(of_ours >= 3);
        CHECK(contains(to_string(activity), "ours: 3 connections: 1 active, 2 idle, 0 idle in transaction"));
    });
}

TEST_CASE("a transaction that its client leaves open is seen as idle in transaction, and for how long") {
    on_each(servers, [](Database& database) {
        Engine engine = named_engine(database);
        create_items(engine);
        Connection forgotten = engine.connect();
        forgotten.execute("INSERT INTO items (id) VALUES (1)");
        std::this_thread::sleep_for(150ms);
        const ServerActivity activity =
            seen_when(engine, [](const auto& a) { return a.ours.idle_in_transaction == 1; });
        CHECK(activity.ours.idle_in_transaction == 1);
        CHECK(activity.longest_idle_in_transaction >= 100ms);
        CHECK(activity.longest_transaction >= 100ms);
        CHECK(activity.longest_transaction < 1h);
        forgotten.commit();
        CHECK(seen_when(engine, [](const auto& a) {
                  return a.ours.idle_in_transaction == 0;
              }).ours.idle_in_transaction == 0);
    });
}

TEST_CASE("the time after which the server closes idle connections is that of the session") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine();
        const bool postgresql = database.kind() == Kind::postgresql;
        Connection connection = engine.connect(
            {.settings = {{postgresql ? "idle_session_timeout" : "wait_timeout", postgresql ? "90000" : "90"}}});
        CHECK(server_activity(connection).idle_timeout == 90s);
    });
}

TEST_CASE("PostgreSQL: a transaction that has failed is idle in transaction, too") {
    Database database(Kind::postgresql);
    Engine engine = named_engine(database);
    Connection failed = engine.connect();
    CHECK_THROWS_AS(failed.execute("SELECT 1/0"), DatabaseError);
    CHECK(seen_by(engine).ours.idle_in_transaction == 1);
}

TEST_CASE("the longest query is seen while it runs") {
    on_each(servers, [](Database& database) {
        Engine engine = named_engine(database);
        const bool postgresql = database.kind() == Kind::postgresql;
        std::thread slow([&] { engine.connect().execute(postgresql ? "SELECT pg_sleep(1)" : "SELECT sleep(1)"); });
        const ServerActivity activity =
            seen_when(engine, [](const auto& a) { return a.ours.active == 2 && a.longest_query >= 200ms; });
        slow.join();
        CHECK(activity.ours.active == 2);
        CHECK(activity.longest_query >= 200ms);
        CHECK(activity.longest_query < 1h);
    });
}

TEST_CASE("what a user may not see is left empty, and said") {
    on_each(servers, [](Database& database) {
        PlainUser user(database);
        Engine others = database.engine();
        Connection other = others.connect();
        other.execute("SELECT 1");
        Engine engine = create_engine(user.url, {});
        const ServerActivity activity = seen_by(engine);
        CHECK(activity.ours.total() == 1);
        CHECK(activity.connections.unknown >= 1);
        CHECK(activity.connections.total() >= 2);
        CHECK(activity.max_connections);
        REQUIRE(activity.unseen.size() == 1);
        CHECK(contains(activity.unseen[0], database.kind() == Kind::postgresql ? "pg_read_all_stats" : "PROCESS"));
        CHECK(contains(to_string(activity), "not seen: "));
    });
}

TEST_CASE("the connection is left as it was, and what it asks twice is told anew") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = named_engine(database, {.pool_size = 2});
        create_items(engine);
        Connection connection = engine.connect();
        server_activity(connection);
        CHECK_FALSE(connection.in_transaction());

        connection.execute("INSERT INTO items (id) VALUES (1)");
        const int before = server_activity(connection).ours.total();
        CHECK(connection.in_transaction());
        if (database.kind() != Kind::sqlite) {
            Connection another = engine.connect();
            another.execute("SELECT 1");
            CHECK(server_activity(connection).ours.total() == before + 1);
        }
        connection.commit();
        CHECK(count_items(engine) == 1);

        Connection without = engine.connect({.isolation_level = IsolationLevel::autocommit});
        server_activity(without);
        CHECK_FALSE(without.in_transaction());
    });
}

TEST_CASE("a user without privileges stays in its transaction") {
    on_each(servers, [](Database& database) {
        PlainUser user(database);
        Engine engine = create_engine(user.url, {});
        Connection connection = engine.connect();
        connection.execute("SELECT 1");
        server_activity(connection);
        CHECK(connection.in_transaction());
        CHECK(connection.execute("SELECT 2").scalar<int>() == 2);
        connection.commit();
    });
}

TEST_CASE("SQLite: the file, its pages, its cache and its log") {
    Database database(Kind::sqlite);
    Engine engine = database.engine({.sqlite = SqliteOptions{.busy_timeout = 1234ms}});
    create_items(engine);
    const ServerActivity activity = seen_by(engine);
    REQUIRE(activity.sqlite);
    const SqliteActivity& s = *activity.sqlite;
    CHECK(s.file == database.url().database());
    CHECK(s.journal_mode == "wal");
    CHECK(s.page_size == 4096);
    CHECK(s.page_count == 2);
    CHECK(s.database_bytes() == 8192);
    CHECK(s.cache_bytes == 2000 * 1024);
    CHECK(s.busy_timeout == 1234ms);
    REQUIRE(s.wal_bytes);
    CHECK(*s.wal_bytes > 0);
    CHECK_FALSE(activity.max_connections);
    CHECK_FALSE(activity.our_share());
    CHECK(activity.connections.total() == 0);
    CHECK(contains(to_string(activity), "8 KiB in pages of 4096, journal wal, cache 1.95 MiB, busy timeout 1.23 s"));
}

TEST_CASE("SQLite: a writer doesn't hold up who asks, nor does who asks take the write lock") {
    Database database(Kind::sqlite);
    Engine engine = database.engine({.sqlite = SqliteOptions{.busy_timeout = 1ms}});
    create_items(engine);
    Connection writer = engine.connect();
    writer.execute("INSERT INTO items (id) VALUES (1)");
    CHECK(seen_by(engine).sqlite);
    writer.commit();
}

TEST_CASE("SQLite in memory has no file and no log") {
    Engine engine = create_engine("sqlite://");
    const ServerActivity activity = seen_by(engine);
    REQUIRE(activity.sqlite);
    CHECK(activity.sqlite->file.empty());
    CHECK(activity.sqlite->journal_mode == "memory");
    CHECK_FALSE(activity.sqlite->wal_bytes);
    std::ostringstream out;
    out << activity;
    CHECK(contains(out.str(), "SQLite in memory"));
}

TEST_CASE("a connection that is lost, or closed, is an error") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine();
        Connection connection = engine.connect();
        database.kill(connection);
        CHECK(thrown<DatabaseError>([&] { server_activity(connection); }).is_disconnect());
        connection.close();
        CHECK_THROWS_AS(server_activity(connection), ResourceClosedError);
    });
}

TEST_CASE("states as a sentence") {
    CHECK(to_string(ConnectionStates{.active = 1}) == "1 connection: 1 active, 0 idle, 0 idle in transaction");
    CHECK(to_string(ConnectionStates{1, 2, 3, 4}) ==
          "10 connections: 1 active, 2 idle, 3 idle in transaction, 4 unknown");
}
