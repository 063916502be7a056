#include "dialect/postgresql_fixture.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <optional>

using namespace sociable;
using namespace sociable::test;
using dialect::LateBegin;
using dialect::TransactionState;

namespace {

/// What client and server say to each other, a letter for each message: > sent, < received.
class Trace {
public:
    explicit Trace(PGconn* connection) : connection_(connection), file_(std::tmpfile()) {
        REQUIRE(file_);
        PQtrace(connection_, file_);
        PQsetTraceFlags(connection_, PQTRACE_SUPPRESS_TIMESTAMPS | PQTRACE_REGRESS_MODE);
    }
    ~Trace() {
        if (file_) end();
    }
    std::string end() {
        PQuntrace(connection_);
        std::rewind(file_);
        std::string directions;
        char line[512];
        while (std::fgets(line, sizeof line, file_)) directions += line[0] == 'F' ? '>' : '<';
        std::fclose(std::exchange(file_, nullptr));
        return directions;
    }

private:
    PGconn* connection_;
    std::FILE* file_;
};

int round_trips(const std::string& directions) {
    int count = 0;
    for (std::size_t at = 0; (at = directions.find("><", at)) != std::string::npos; ++at) ++count;
    return count;
}

std::unique_ptr<dialect::Statement> prepared(PostgresqlConnection& c, const std::string& sql,
                                             std::initializer_list<ValueView> values) {
    auto statement = c.prepare(sql, values.size());
    for (int i = 0; i < 2; ++i) statement->execute(std::span(values.begin(), values.size()), false);
    statement->finish();
    return statement;
}

}  // namespace

TEST_CASE("BEGIN goes with a statement that is prepared, in one round trip") {
    PostgresqlConnection c;
    const ValueView one = ValueView::int32(1);
    const auto select = prepared(c, "SELECT $1::int + 1, current_setting('transaction_isolation')", {one});
    c.driver->begin_with_next({.isolation_level = IsolationLevel::serializable}, false);
    CHECK(c.driver->transaction_state() == TransactionState::active);
    Trace trace(c.native());
    select->execute(std::span(&one, 1), false);
    CHECK(round_trips(trace.end()) == 1);
    REQUIRE(select->fetch());
    CHECK(Codec<int>::decode(select->cell(0)) == 2);
    CHECK(Codec<std::string>::decode(select->cell(1)) == "serializable");
    CHECK_FALSE(select->fetch());
    CHECK(c.driver->end_late_begin() == LateBegin::done);
    CHECK(c.driver->transaction_state() == TransactionState::active);
    c.driver->rollback();
    CHECK(c.driver->transaction_state() == TransactionState::idle);
}

TEST_CASE("BEGIN goes before a statement that isn't prepared, and before a stream") {
    PostgresqlConnection c;
    const auto select = c.prepare("SELECT current_setting('transaction_isolation') FROM generate_series(1, 2)");
    for (const bool streaming : {false, false, true}) {
        c.driver->begin_with_next({.isolation_level = IsolationLevel::repeatable_read}, false);
        select->execute({}, streaming);
        REQUIRE(select->fetch());
        CHECK(Codec<std::string>::decode(select->cell(0)) == "repeatable read");
        CHECK(select->fetch());
        CHECK_FALSE(select->fetch());
        select->finish();
        CHECK(c.driver->end_late_begin() == LateBegin::done);
        c.driver->rollback();
    }
}

TEST_CASE("BEGIN is prepared once for each level, and anew when the user has deallocated it") {
    PostgresqlConnection c;
    const auto select = prepared(c, "SELECT current_setting('transaction_isolation')", {});
    const auto level = [&](const TransactionOptions& options) {
        c.driver->begin_with_next(options, false);
        select->execute({}, false);
        CHECK(c.driver->end_late_begin() == LateBegin::done);
        REQUIRE(select->fetch());
        const auto found = Codec<std::string>::decode(select->cell(0));
        select->finish();
        c.driver->commit();
        return found;
    };
    const auto begins = [&] {
        return c.scalar<std::int64_t>("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'BEGIN%'");
    };
    for (int i = 0; i < 2; ++i) {
        CHECK(level({}) == "read committed");
        CHECK(level({.isolation_level = IsolationLevel::serializable}) == "serializable");
        CHECK(begins() == 2);
    }
    CHECK(level({}) == "read committed");
    c.driver->run(
        "DO $$ DECLARE name text; BEGIN SELECT s.name INTO name FROM pg_prepared_statements s "
        "WHERE statement = 'BEGIN'; EXECUTE 'DEALLOCATE ' || name; END $$");
    CHECK(begins() == 1);
    CHECK(level({}) == "read committed");
    CHECK(level({}) == "read committed");
    c.driver->reset_session();
    CHECK(begins() == 0);
}

TEST_CASE("A statement that fails beside its BEGIN has failed in the transaction") {
    PostgresqlConnection c;
    const auto divide = prepared(c, "SELECT 1 / $1::int", {ValueView::int32(1)});
    const ValueView zero = ValueView::int32(0);
    c.driver->begin_with_next({}, false);
    CHECK(error_of([&] { divide->execute(std::span(&zero, 1), false); }).sqlstate == "22012");
    CHECK(c.driver->end_late_begin() == LateBegin::done);
    CHECK(c.driver->transaction_state() == TransactionState::failed);
    c.driver->rollback();
    CHECK(c.scalar<int>("SELECT 1") == 1);
}

TEST_CASE("A BEGIN that the server refuses is told, and what went with it has not been done") {
    PostgresqlConnection c;
    c.driver->run("CREATE TEMP TABLE t (v int)");
    const auto insert = prepared(c, "INSERT INTO t VALUES ($1)", {ValueView::int32(1)});
    c.driver->run("BEGIN");
    CHECK_THROWS_AS(c.driver->run("SELECT 1/0"), DataError);
    const ValueView two = ValueView::int32(2);
    c.driver->begin_with_next({}, true);
    CHECK(error_of([&] { insert->execute(std::span(&two, 1), false); }).sqlstate == "25P02");
    CHECK(c.driver->end_late_begin() == LateBegin::failed);
    CHECK(c.driver->transaction_state() == TransactionState::failed);
    c.driver->rollback();
    CHECK(c.scalar<std::int64_t>("SELECT count(*) FROM t WHERE v = 2") == 0);
}

TEST_CASE("A value that can't be sent takes its BEGIN back") {
    PostgresqlConnection c;
    const auto select = prepared(c, "SELECT $1::text", {ValueView::text("a")});
    const std::string nul("a\0b", 3);
    const ValueView text = ValueView::text(nul);
    c.driver->begin_with_next({}, false);
    CHECK_THROWS_AS(select->execute(std::span(&text, 1), false), DataError);
    CHECK(c.driver->end_late_begin() == LateBegin::unsent);
    CHECK(c.driver->transaction_state() == TransactionState::idle);
}

TEST_CASE("A connection that has died is told as such when BEGIN goes with a statement") {
    PostgresqlConnection other, c;
    const ValueView one = ValueView::int32(1);
    const auto select = prepared(c, "SELECT $1::int", {one});
    terminate(other, c.process());
    c.driver->begin_with_next({}, false);
    CHECK(error_of([&] { select->execute(std::span(&one, 1), false); }).is_disconnect);
    CHECK(c.driver->end_late_begin() == LateBegin::failed);
    CHECK(c.driver->transaction_state() == TransactionState::lost);
}

TEST_CASE("A statement that is stale beside its BEGIN costs the transaction once") {
    PostgresqlConnection other, c;
    other.driver->run("DROP TABLE IF EXISTS sociable_late; CREATE TABLE sociable_late (a int)");
    const auto select = prepared(c, "SELECT * FROM sociable_late", {});
    other.driver->run("ALTER TABLE sociable_late ADD COLUMN b int");
    c.driver->begin_with_next({}, false);
    CHECK(error_of([&] { select->execute({}, false); }).sqlstate == "0A000");
    CHECK(c.driver->end_late_begin() == LateBegin::done);
    c.driver->rollback();
    c.driver->begin_with_next({}, false);
    select->execute({}, false);
    CHECK(select->columns().size() == 2);
    c.driver->rollback();
    other.driver->run("DROP TABLE sociable_late");
}
