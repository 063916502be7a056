#include "dialect/sqlite_errors.hpp"
#include "dialect/sqlite_fixture.hpp"

#include <doctest/doctest.h>

using namespace sociable;
using test::Connected;

namespace {

struct Provoked {
    const char* sql;
    ErrorKind kind;
    int code;
};

DatabaseErrorInfo provoke(Connected& c, const std::string& sql) {
    try {
        c.text(sql);
    } catch (const DatabaseError& e) {
        return e.info();
    }
    FAIL("no error: " << sql);
    return {};
}

}  // namespace

TEST_CASE("provoked errors on SQLite") {
    Connected c;
    c.driver->run(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, u UNIQUE, n NOT NULL DEFAULT 0, c CHECK (c > 0));"
        "INSERT INTO t (id, u, c) VALUES (1, 'taken', 1);"
        "CREATE TABLE child (t_id REFERENCES t (id)); INSERT INTO child VALUES (1);"
        "CREATE TABLE plain (a TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO plain VALUES ('a');"
        "CREATE TABLE strict (i INTEGER) STRICT;"
        "CREATE TRIGGER refuse BEFORE DELETE ON plain BEGIN SELECT raise(abort, 'not allowed'); END");
    for (const Provoked& expected : {
             Provoked{"INSERT INTO t (u) VALUES ('taken')", ErrorKind::unique, 2067},
             Provoked{"INSERT INTO t (id) VALUES (1)", ErrorKind::unique, 1555},
             Provoked{"INSERT INTO plain VALUES ('a')", ErrorKind::unique, 1555},
             Provoked{"UPDATE plain SET a = NULL", ErrorKind::not_null, 1299},
             Provoked{"INSERT INTO t (n) VALUES (NULL)", ErrorKind::not_null, 1299},
             Provoked{"INSERT INTO t (c) VALUES (0)", ErrorKind::check, 275},
             Provoked{"INSERT INTO child VALUES (9)", ErrorKind::foreign_key, 787},
             Provoked{"DELETE FROM t", ErrorKind::foreign_key, 787},
             Provoked{"DELETE FROM plain", ErrorKind::integrity, 1811},
             Provoked{"INSERT INTO strict VALUES ('text')", ErrorKind::data, 3091},
             Provoked{"INSERT INTO t (id) VALUES ('text')", ErrorKind::data, 20},
             Provoked{"SELECT zeroblob(2000000000)", ErrorKind::data, 18},
             Provoked{"SELECT abs(-9223372036854775807 - 1)", ErrorKind::data, 1},
             Provoked{"SELECT json('{')", ErrorKind::data, 1},
             Provoked{"SELEKT 1", ErrorKind::programming, 1},
             Provoked{"SELECT * FROM missing", ErrorKind::programming, 1},
             Provoked{"SELECT missing FROM t", ErrorKind::programming, 1},
             Provoked{"SELECT missing()", ErrorKind::programming, 1},
             Provoked{"ATTACH '/missing/directory/x.db' AS x", ErrorKind::operational, 14},
         }) {
        CAPTURE(expected.sql);
        const DatabaseErrorInfo info = provoke(c, expected.sql);
        CHECK(info.kind == expected.kind);
        CHECK(info.native_code == expected.code);
        CHECK_FALSE(info.message.empty());
        CHECK(info.message.find("taken") == std::string::npos);
        CHECK(info.sqlstate.empty());
        CHECK_FALSE(info.is_disconnect);
        CHECK_FALSE(info.is_retryable);
    }
}

TEST_CASE("SQLite's result codes have a kind each, and busy ones are retryable") {
    const auto kind = [](int code) { return dialect::sqlite_error(code, "").kind; };
    for (const int code : {5, 261, 517, 773, 6, 262}) {
        CHECK(kind(code) == ErrorKind::operational);
        CHECK(dialect::sqlite_error(code, "").is_retryable);
    }
    for (const int code : {3, 7, 8, 9, 10, 266, 13, 14, 15, 17, 22}) {
        CHECK(kind(code) == ErrorKind::operational);
        CHECK_FALSE(dialect::sqlite_error(code, "").is_retryable);
    }
    CHECK(kind(2579) == ErrorKind::unique);
    CHECK(kind(19) == ErrorKind::integrity);
    CHECK(kind(11) == ErrorKind::database);
    CHECK(kind(26) == ErrorKind::database);
    CHECK(kind(21) == ErrorKind::interface);
    CHECK(kind(25) == ErrorKind::interface);
    CHECK(kind(23) == ErrorKind::programming);
    CHECK(kind(2) == ErrorKind::internal);
}

TEST_CASE("a full SQLite database is an OperationalError") {
    Connected c;
    c.driver->run("CREATE TABLE t (x); PRAGMA max_page_count = 10");
    CHECK(provoke(c, "INSERT INTO t VALUES (zeroblob(1000000))").native_code == 13);
}
