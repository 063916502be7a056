#include "dialect/postgresql_fixture.hpp"

#include <doctest/doctest.h>

#include <poll.h>

using namespace sociable;
using namespace sociable::test;
using dialect::TransactionState;

TEST_CASE("The transaction's state is known without a round trip") {
    PostgresqlConnection c;
    CHECK(c.driver->transaction_state() == TransactionState::idle);
    c.driver->begin({}, false);
    CHECK(c.driver->transaction_state() == TransactionState::active);
    CHECK_THROWS_AS(c.driver->run("SELECT 1/0"), DataError);
    CHECK(c.driver->transaction_state() == TransactionState::failed);
    c.driver->rollback();
    CHECK(c.driver->transaction_state() == TransactionState::idle);
}

TEST_CASE("A transaction begins with its isolation level and read only") {
    PostgresqlConnection c;
    c.driver->begin({.isolation_level = IsolationLevel::serializable, .read_only = true}, false);
    CHECK(c.scalar<std::string>("SHOW transaction_isolation") == "serializable");
    CHECK(error_of([&] { c.driver->run("CREATE TABLE sociable_never (a int)"); }).sqlstate == "25006");
    c.driver->rollback();
    CHECK(c.scalar<std::string>("SHOW transaction_isolation") == "read committed");
}

TEST_CASE("On PostgreSQL, committing a transaction that already failed is an error, although the server answers OK.") {
    PostgresqlConnection c;
    c.driver->begin({}, true);
    CHECK_THROWS_AS(c.driver->run("SELECT 1/0"), DataError);
    const auto info = error_of([&] { c.driver->commit(); });
    CHECK(info.kind == ErrorKind::internal);
    CHECK(info.sqlstate == "25P02");
    CHECK(c.driver->transaction_state() == TransactionState::idle);
}

TEST_CASE("Several statements run at once") {
    PostgresqlConnection c;
    c.driver->run("CREATE TEMP TABLE t (a int); INSERT INTO t VALUES (1); SELECT * FROM t");
    CHECK(c.scalar<int>("SELECT a FROM t") == 1);
}

TEST_CASE("Settings are set to any value and restored, quoted where their name needs it") {
    PostgresqlConnection c;
    const std::string before = c.scalar<std::string>("SHOW statement_timeout");
    c.driver->set("statement_timeout", "4321");
    CHECK(c.scalar<std::string>("SHOW statement_timeout") == "4321ms");
    c.driver->restore("statement_timeout");
    CHECK(c.scalar<std::string>("SHOW statement_timeout") == before);

    c.driver->set("sociable.who", "it's \"me\"; DROP TABLE x");
    CHECK(c.scalar<std::string>("SELECT current_setting('sociable.who')") == "it's \"me\"; DROP TABLE x");
    c.driver->restore("sociable.who");
    CHECK(c.scalar<std::string>("SELECT current_setting('sociable.who')").empty());
    CHECK_THROWS_AS(c.driver->set("no_such_setting", "1"), ProgrammingError);
    CHECK_THROWS_AS(c.driver->restore("x\"; DROP TABLE y"), ProgrammingError);
}

TEST_CASE("Resetting the session clears settings, roles, temporary tables, locks, cursors and listening") {
    PostgresqlConnection c;
    c.driver->run(
        "CREATE TEMP TABLE t (a int); SET statement_timeout = 4321; SET ROLE pg_monitor; LISTEN news;"
        "SELECT pg_advisory_lock(1234567); DECLARE cur CURSOR WITH HOLD FOR SELECT 1");
    c.driver->reset_session();
    CHECK(c.scalar<std::string>("SHOW statement_timeout") == "0");
    CHECK(c.scalar<std::string>("SHOW role") == "none");
    CHECK(c.scalar<int>("SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relname = 't' "
                        "AND relnamespace = pg_my_temp_schema()") == 0);
    CHECK(c.scalar<int>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()") == 0);
    CHECK(c.scalar<int>("SELECT count(*) FROM pg_cursors WHERE name = 'cur'") == 0);
    CHECK(c.scalar<int>("SELECT count(*) FROM pg_listening_channels()") == 0);
    CHECK(c.scalar<double>("SELECT 0.1::float8") == 0.1);
}

TEST_CASE("A database with another date style as its default is read all the same") {
    const Url url = postgresql_url().with_query("options", "-c DateStyle=German,DMY");
    PostgresqlConnection c(url);
    using namespace std::chrono;
    const auto check = [&] { CHECK(c.scalar<year_month_day>("SELECT '2024-02-29'::date") == 2024y / 2 / 29); };
    check();
    c.driver->reset_session();
    check();
}

TEST_CASE("A live connection looks alive and answers a ping, in a failed transaction and with a notification as well") {
    PostgresqlConnection c;
    PostgresqlConnection other;
    c.driver->run("LISTEN news");
    other.driver->run("NOTIFY news");
    pollfd socket{PQsocket(c.native()), POLLIN, 0};
    REQUIRE(poll(&socket, 1, 10'000) == 1);
    CHECK(c.driver->looks_alive());
    c.driver->ping(std::chrono::seconds(1));
    c.driver->begin({}, false);
    CHECK_THROWS_AS(c.driver->run("SELECT 1/0"), DataError);
    CHECK(c.driver->looks_alive());
    c.driver->ping(std::chrono::seconds(1));
    CHECK(c.driver->transaction_state() == TransactionState::failed);
}

TEST_CASE("A connection that the server has ended is found without a round trip") {
    PostgresqlConnection c;
    PostgresqlConnection other;
    CHECK(c.driver->looks_alive());
    terminate(other, c.process());
    CHECK_FALSE(c.driver->looks_alive());
}

TEST_CASE("A ping of a connection that the server has ended is a disconnect, and so is every statement") {
    PostgresqlConnection other;
    PostgresqlConnection pinged;
    PostgresqlConnection used;
    PostgresqlConnection begun;
    for (PostgresqlConnection* c : {&pinged, &used, &begun}) terminate(other, c->process());

    CHECK(error_of([&] { pinged.driver->ping(std::chrono::seconds(1)); }).is_disconnect);
    CHECK(error_of([&] { pinged.driver->ping(std::chrono::seconds(1)); }).is_disconnect);
    CHECK(pinged.driver->transaction_state() == TransactionState::lost);
    CHECK_FALSE(pinged.driver->looks_alive());

    const auto info = error_of([&] { used.execute("SELECT 1"); });
    CHECK(info.is_disconnect);
    CHECK(info.kind == ErrorKind::operational);
    CHECK(info.sqlstate == "57P01");
    CHECK(error_of([&] { used.execute("SELECT 1"); }).sqlstate == "08006");
    CHECK(error_of([&] { begun.driver->begin({}, false); }).is_disconnect);
}

TEST_CASE("A connection ended in the middle of a stream is a disconnect") {
    PostgresqlConnection other;
    PostgresqlConnection c;
    const int process = c.process();
    const auto statement = c.prepare("SELECT repeat('x', 1000) FROM generate_series(1, 1000000)");
    statement->execute({}, true);
    REQUIRE(statement->fetch());
    terminate(other, process);
    const auto info = error_of([&] {
        while (statement->fetch()) {
        }
    });
    CHECK(info.is_disconnect);
    statement->finish();
    CHECK(c.driver->transaction_state() == TransactionState::lost);
}

TEST_CASE("A session of the user's own is taken over, and one that is closed or of no PostgreSQL is not") {
    PostgresqlConnection c;
    soci::session own;
    CHECK_THROWS_AS(c.dialect->attach(own), ArgumentError);
    own.open(soci::postgresql, c.dialect->connect_string(c.url));
    const auto driver = c.dialect->attach(own);
    driver->begin({}, false);
    int state = 0;
    own << "SELECT 1", soci::into(state);
    CHECK(state == 1);
    CHECK(driver->transaction_state() == TransactionState::active);
    driver->rollback();
}
