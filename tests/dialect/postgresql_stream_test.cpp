#include "dialect/postgresql_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace sociable;
using namespace sociable::test;
using dialect::TransactionState;

TEST_CASE("A stream gives every row in order, sent with its text and prepared") {
    PostgresqlConnection c;
    const auto statement = c.prepare("SELECT i, 'row ' || i FROM generate_series(1, $1) i", 1);
    const ValueView count = ValueView::int32(5000);
    for (int round = 0; round != 3; ++round) {
        statement->execute(std::span(&count, 1), true);
        int rows = 0;
        while (statement->fetch()) {
            ++rows;
            REQUIRE(Codec<int>::decode(statement->cell(0)) == rows);
            REQUIRE(Codec<std::string>::decode(statement->cell(1)) == "row " + std::to_string(rows));
        }
        CHECK(rows == 5000);
        CHECK_FALSE(statement->fetch());
        CHECK(c.driver->transaction_state() == TransactionState::idle);
    }
}

TEST_CASE("A stream finished early leaves the connection free, and the rest of a long result is not read") {
    PostgresqlConnection c;
    const auto statement = c.prepare("SELECT i, pg_sleep(i / 10000) FROM generate_series(1, 1000000) i");
    statement->execute({}, true);
    REQUIRE(statement->fetch());
    const auto start = std::chrono::steady_clock::now();
    statement->finish();
    statement->finish();
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
    CHECK(c.driver->transaction_state() == TransactionState::idle);
    CHECK(c.scalar<int>("SELECT 42") == 42);
}

TEST_CASE("A stream finished early does no harm to the transaction it ran in") {
    PostgresqlConnection c;
    c.driver->begin({}, false);
    {
        const auto statement = c.prepare("SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i");
        statement->execute({}, true);
        REQUIRE(statement->fetch());
    }
    CHECK(c.driver->transaction_state() == TransactionState::active);
    CHECK(c.scalar<int>("SELECT 42") == 42);
    c.driver->commit();
}

TEST_CASE("Writing with RETURNING is done in whole when its stream is finished early") {
    PostgresqlConnection c;
    c.driver->run("CREATE TEMP TABLE t (a int, b text)");
    const auto statement =
        c.prepare("INSERT INTO t SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i RETURNING a, b");
    statement->execute({}, true);
    REQUIRE(statement->fetch());
    statement->finish();
    CHECK(c.scalar<int>("SELECT count(*) FROM t") == 20000);

    statement->execute({}, true);
    while (statement->fetch()) {
    }
    CHECK(statement->affected_rows() == 20000);
}

TEST_CASE("An error before the first row of a stream is thrown by execute, a later one by fetch") {
    PostgresqlConnection c;
    const auto divide = c.prepare("SELECT 100 / ($1 - i) FROM generate_series(1, 5000) i", 1);
    const ValueView first = ValueView::int32(1);
    CHECK(error_of([&] { divide->execute(std::span(&first, 1), true); }).sqlstate == "22012");
    CHECK_FALSE(divide->fetch());

    const ValueView late = ValueView::int32(4000);
    divide->execute(std::span(&late, 1), true);
    int rows = 0;
    CHECK(error_of([&] {
              while (divide->fetch()) ++rows;
          }).sqlstate == "22012");
    CHECK(rows == 3999);
    CHECK_FALSE(divide->fetch());
    CHECK(c.driver->transaction_state() == TransactionState::idle);
}

TEST_CASE("An error in the middle of a stream does not tell the values bound") {
    PostgresqlConnection c;
    const auto cast = c.prepare(
        "SELECT CASE WHEN i < 100 THEN 1 ELSE ($1 || repeat('', i))::int END FROM generate_series(1, 200) i", 1);
    {
        const std::string secret = "hunter2-secret";
        const ValueView value = ValueView::text(secret);
        cast->execute(std::span(&value, 1), true);
    }
    const auto info = error_of([&] {
        while (cast->fetch()) {
        }
    });
    CHECK(info.kind == ErrorKind::data);
    CHECK(info.message.find("hunter2") == std::string::npos);
}

TEST_CASE("A second statement while a stream is read is refused, and the stream goes on") {
    PostgresqlConnection c;
    const auto statement = c.prepare("SELECT generate_series(1, 3)");
    statement->execute({}, true);
    REQUIRE(statement->fetch());
    CHECK(error_of([&] { c.execute("SELECT 1"); }).kind == ErrorKind::interface);
    CHECK(statement->fetch());
    CHECK(statement->fetch());
    CHECK_FALSE(statement->fetch());
    CHECK(c.scalar<int>("SELECT 1") == 1);
}

TEST_CASE("COPY from or to the client is refused without hanging, and the connection stays usable") {
    PostgresqlConnection c;
    c.driver->run("CREATE TEMP TABLE t (a int)");
    for (const char* sql : {"COPY t FROM STDIN", "COPY (SELECT generate_series(1, 100000)) TO STDOUT"}) {
        CAPTURE(sql);
        for (const bool streaming : {false, true})
            CHECK(error_of([&] { c.prepare(sql)->execute({}, streaming); }).kind == ErrorKind::not_supported);
        CHECK(error_of([&] { c.driver->run(sql); }).kind == ErrorKind::not_supported);
        CHECK(c.driver->transaction_state() == TransactionState::idle);
        CHECK(c.scalar<int>("SELECT 42") == 42);
    }
}
