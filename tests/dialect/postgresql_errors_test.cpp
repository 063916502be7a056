#include "dialect/postgresql_errors.hpp"
#include "dialect/postgresql_fixture.hpp"

#include <doctest/doctest.h>

#include <future>

using namespace sociable;
using namespace sociable::test;

namespace {

struct Expected {
    const char* sql;
    const char* sqlstate;
    ErrorKind kind;
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("Errors of PostgreSQL become the class that their SQLSTATE asks for") {
    PostgresqlConnection c;
    c.driver->run(
        "CREATE TEMP TABLE p (id int PRIMARY KEY);"
        "CREATE TEMP TABLE t (id int UNIQUE, n int NOT NULL DEFAULT 0, c int CHECK (c > 0), p int REFERENCES p,"
        "                     r int4range, EXCLUDE USING gist (r WITH &&));"
        "INSERT INTO t (id, r) VALUES (1, '[1,3)');"
        "CREATE TEMP VIEW v AS SELECT id FROM t WHERE id < 5 WITH CHECK OPTION");
    for (const Expected& e : std::initializer_list<Expected>{
             {"INSERT INTO t (id) VALUES (1)", "23505", ErrorKind::unique},
             {"INSERT INTO t (p) VALUES (1)", "23503", ErrorKind::foreign_key},
             {"INSERT INTO t (n) VALUES (NULL)", "23502", ErrorKind::not_null},
             {"INSERT INTO t (c) VALUES (0)", "23514", ErrorKind::check},
             {"INSERT INTO t (r) VALUES ('[2,4)')", "23P01", ErrorKind::integrity},
             {"INSERT INTO v VALUES (9)", "44000", ErrorKind::programming},
             {"SELECT 1/0", "22012", ErrorKind::data},
             {"SELECT 'x'::int", "22P02", ErrorKind::data},
             {"SELECT 99999999999::int", "22003", ErrorKind::data},
             {"SELECT (SELECT generate_series(1, 2))", "21000", ErrorKind::programming},
             {"SELEC 1", "42601", ErrorKind::programming},
             {"SELECT 1; SELECT 2", "42601", ErrorKind::programming},
             {"SELECT * FROM no_such_table", "42P01", ErrorKind::programming},
             {"SELECT no_such_column FROM t", "42703", ErrorKind::programming},
             {"SELECT no_such_function()", "42883", ErrorKind::programming},
             {"CREATE TABLE no_such_schema.t (a int)", "3F000", ErrorKind::programming},
             {"FETCH no_such_cursor", "34000", ErrorKind::operational},
             {"EXECUTE no_such_statement", "26000", ErrorKind::operational},
             {"SAVEPOINT s", "25P01", ErrorKind::internal},
             {"CREATE DATABASE x TEMPLATE no_such_template", "3D000", ErrorKind::programming},
             {"SELECT count(*) FROM t FOR UPDATE", "0A000", ErrorKind::not_supported},
             {"DO $$BEGIN RAISE EXCEPTION 'no'; END$$", "P0001", ErrorKind::internal},
             {"DO $$BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '08001'; END$$", "08001", ErrorKind::operational},
             {"DO $$BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '99999'; END$$", "99999", ErrorKind::database},
             {"SET ROLE no_such_role", "22023", ErrorKind::data},
         }) {
        CAPTURE(e.sql);
        const auto info = error_of([&] { c.execute(e.sql); });
        CHECK(info.sqlstate == e.sqlstate);
        CHECK(info.kind == e.kind);
        CHECK_FALSE(info.is_disconnect);
        CHECK_FALSE(info.is_retryable);
        CHECK(info.native_code == 0);
        CHECK(c.scalar<int>("SELECT 1") == 1);
    }
}

TEST_CASE("A missing privilege is a ProgrammingError") {
    PostgresqlConnection c;
    c.driver->run("CREATE TEMP TABLE t (a int); SET ROLE pg_monitor");
    CHECK(error_of([&] { c.execute("SELECT * FROM t"); }).sqlstate == "42501");
    CHECK_THROWS_AS(c.execute("SELECT * FROM t"), ProgrammingError);
}

TEST_CASE("A statement in a failed transaction is an InternalError, as with psycopg2") {
    PostgresqlConnection c;
    c.driver->begin({}, false);
    CHECK_THROWS_AS(c.execute("SELECT 1/0"), DataError);
    const auto info = error_of([&] { c.execute("SELECT 1"); });
    CHECK(info.sqlstate == "25P02");
    CHECK(info.kind == ErrorKind::internal);
}

TEST_CASE("A lock that isn't free in time, a serialization failure and a deadlock are retryable") {
    PostgresqlConnection a;
    PostgresqlConnection b;
    a.driver->run(
        "DROP TABLE IF EXISTS sociable_locks; CREATE TABLE sociable_locks (id int PRIMARY KEY, n int);"
        "INSERT INTO sociable_locks VALUES (1, 0), (2, 0)");
    const auto check = [](const DatabaseErrorInfo& info, const char* sqlstate) {
        CHECK(info.sqlstate == sqlstate);
        CHECK(info.kind == ErrorKind::operational);
        CHECK(info.is_retryable);
        CHECK_FALSE(info.is_disconnect);
    };
    const std::string touch = "UPDATE sociable_locks SET n = n + 1 WHERE id = ";

    a.driver->begin({}, true);
    a.execute(touch + "1");
    check(error_of([&] { b.execute("SELECT * FROM sociable_locks FOR UPDATE NOWAIT"); }), "55P03");
    b.driver->set("lock_timeout", "20");
    check(error_of([&] { b.execute(touch + "1"); }), "55P03");
    b.driver->restore("lock_timeout");

    b.driver->begin({.isolation_level = IsolationLevel::repeatable_read}, true);
    b.scalar<int>("SELECT n FROM sociable_locks");
    a.driver->commit();
    check(error_of([&] { b.execute(touch + "1"); }), "40001");
    b.driver->rollback();

    for (PostgresqlConnection* c : {&a, &b}) {
        c->driver->set("deadlock_timeout", "20");
        c->driver->begin({}, true);
    }
    a.execute(touch + "1");
    b.execute(touch + "2");
    auto first = std::async(std::launch::async, [&] {
        try {
            a.execute(touch + "2");
        } catch (const DatabaseError& e) {
            a.driver->rollback();
            return e.info();
        }
        return DatabaseErrorInfo{};
    });
    DatabaseErrorInfo second;
    try {
        b.execute(touch + "1");
    } catch (const DatabaseError& e) {
        second = e.info();
    }
    b.driver->rollback();
    const DatabaseErrorInfo other = first.get();
    check(second.sqlstate.empty() ? other : second, "40P01");
    a.driver->rollback();
    a.driver->run("DROP TABLE sociable_locks");
}

TEST_CASE("A statement stopped by its timeout is operational and leaves the connection alive") {
    PostgresqlConnection c;
    c.driver->set("statement_timeout", "10");
    const auto info = error_of([&] { c.execute("SELECT pg_sleep(10)"); });
    CHECK(info.sqlstate == "57014");
    CHECK(info.kind == ErrorKind::operational);
    CHECK_FALSE(info.is_disconnect);
}

TEST_CASE("An error tells neither the values bound nor the rows at fault") {
    PostgresqlConnection c;
    c.driver->run("CREATE TEMP TABLE t (s text UNIQUE, n int NOT NULL DEFAULT 0, CHECK (n >= 0))");
    const std::string secret = "hunter2\n \"secret\"";
    c.execute("INSERT INTO t VALUES ($1)", {ValueView::text(secret)});
    const auto unique = error_of([&] { c.execute("INSERT INTO t VALUES ($1)", {ValueView::text(secret)}); });
    const auto check = error_of([&] { c.execute("INSERT INTO t VALUES ($1 || 'x', -1)", {ValueView::text(secret)}); });
    const auto cast = error_of([&] { c.execute("SELECT $1::text::int", {ValueView::text(secret)}); });
    for (const DatabaseErrorInfo& info : {unique, check, cast}) {
        CAPTURE(info.message);
        CHECK_FALSE(contains(info.message, "hunter2"));
    }
    CHECK(contains(unique.message, "t_s_key"));
    CHECK(contains(cast.message, "integer"));
}

TEST_CASE("An SQLSTATE that can't be provoked has its class all the same") {
    using dialect::postgresql_error_kind;
    CHECK(postgresql_error_kind("53300") == ErrorKind::operational);
    CHECK(postgresql_error_kind("54000") == ErrorKind::operational);
    CHECK(postgresql_error_kind("58030") == ErrorKind::operational);
    CHECK(postgresql_error_kind("28P01") == ErrorKind::operational);
    CHECK(postgresql_error_kind("XX000") == ErrorKind::internal);
    CHECK(postgresql_error_kind("23001") == ErrorKind::integrity);
    CHECK(postgresql_error_kind("") == ErrorKind::database);
}

TEST_CASE("A server that starts or stops can't be reached, a wrong password is another matter") {
    using dialect::postgresql_connect_error;
    CHECK(postgresql_connect_error("connection to server at \"h\" failed: FATAL:  the database system is starting up")
              .is_disconnect);
    CHECK(postgresql_connect_error("connection to server at \"h\" failed: timeout expired").is_disconnect);
    const auto refused = postgresql_connect_error("x\nfailed: FATAL:  password authentication failed for user \"u\"\n");
    CHECK_FALSE(refused.is_disconnect);
    CHECK(refused.message == "x failed: FATAL: password authentication failed for user \"u\"");
}
