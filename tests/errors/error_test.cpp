#include <sociable/errors/database_error.hpp>
#include <sociable/errors/error.hpp>
#include <sociable/errors/timeout_error.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <type_traits>
#include <typeinfo>

using namespace sociable;

namespace {

DatabaseErrorInfo info_of(ErrorKind kind) {
    return {.kind = kind,
            .message = "it went wrong",
            .sqlstate = "40001",
            .native_code = 1213,
            .is_disconnect = true,
            .is_retryable = true,
            .statement = "UPDATE t SET a = :a"};
}

/// Raises `kind` and checks that exactly `Expected` arrives, and that a handler for `Base` gets it.
template <class Expected, class Base>
void check_raised(ErrorKind kind, const std::string& name) {
    CAPTURE(name);
    try {
        raise(info_of(kind));
    } catch (const Base& e) {
        CHECK(typeid(e) == typeid(Expected));
        CHECK(std::string(e.what()).starts_with(name + ": it went wrong"));
    }
    CHECK_THROWS_AS(raise(info_of(kind)), DatabaseError);
    CHECK_THROWS_AS(raise(info_of(kind)), Error);
    CHECK_THROWS_AS(raise(info_of(kind)), std::runtime_error);
}

}  // namespace

TEST_CASE("each kind of database error is raised as its class and caught as its bases") {
    check_raised<DatabaseError, Error>(ErrorKind::database, "DatabaseError");
    check_raised<InterfaceError, DatabaseError>(ErrorKind::interface, "InterfaceError");
    check_raised<DataError, DatabaseError>(ErrorKind::data, "DataError");
    check_raised<OperationalError, DatabaseError>(ErrorKind::operational, "OperationalError");
    check_raised<IntegrityError, DatabaseError>(ErrorKind::integrity, "IntegrityError");
    check_raised<UniqueViolation, IntegrityError>(ErrorKind::unique, "UniqueViolation");
    check_raised<ForeignKeyViolation, IntegrityError>(ErrorKind::foreign_key, "ForeignKeyViolation");
    check_raised<NotNullViolation, IntegrityError>(ErrorKind::not_null, "NotNullViolation");
    check_raised<CheckViolation, IntegrityError>(ErrorKind::check, "CheckViolation");
    check_raised<InternalError, DatabaseError>(ErrorKind::internal, "InternalError");
    check_raised<ProgrammingError, DatabaseError>(ErrorKind::programming, "ProgrammingError");
    check_raised<NotSupportedError, DatabaseError>(ErrorKind::not_supported, "NotSupportedError");
}

TEST_CASE("a kind that the enumeration hasn't got is raised as the root") {
    CHECK_THROWS_AS(raise(info_of(static_cast<ErrorKind>(99))), DatabaseError);
}

TEST_CASE("classes that are no kin don't catch each other") {
    CHECK_FALSE(std::is_base_of_v<IntegrityError, DataError>);
    CHECK_FALSE(std::is_base_of_v<OperationalError, ProgrammingError>);
    CHECK_FALSE(std::is_base_of_v<DatabaseError, TimeoutError>);
    CHECK_FALSE(std::is_base_of_v<DatabaseError, ArgumentError>);
    CHECK_FALSE(std::is_base_of_v<InvalidRequestError, ArgumentError>);
}

TEST_CASE("a database error keeps all that is known of it") {
    try {
        raise(info_of(ErrorKind::operational));
    } catch (const DatabaseError& e) {
        CHECK(e.info().kind == ErrorKind::operational);
        CHECK(e.message() == "it went wrong");
        CHECK(e.sqlstate() == "40001");
        CHECK(e.native_code() == 1213);
        CHECK(e.is_disconnect());
        CHECK(e.is_retryable());
        CHECK(e.statement() == "UPDATE t SET a = :a");
    }
}

TEST_CASE("the text of a database error has the SQLSTATE, the code and the statement") {
    const DatabaseError error(info_of(ErrorKind::operational));
    CHECK(error.what() ==
          std::string("OperationalError: it went wrong (SQLSTATE 40001) (code 1213)\n  in: UPDATE t SET a = :a"));
}

TEST_CASE("what is not known of a database error is left out of its text") {
    DatabaseErrorInfo info;
    info.message = "it went wrong";
    CHECK(DatabaseError(info).what() == std::string("DatabaseError: it went wrong"));
    CHECK_FALSE(DatabaseError(info).is_disconnect());
    CHECK_FALSE(DatabaseError(info).is_retryable());
}

TEST_CASE("errors in the use of an object are invalid requests") {
    CHECK_THROWS_AS(throw ResourceClosedError("closed"), InvalidRequestError);
    CHECK_THROWS_AS(throw PendingRollbackError("failed"), InvalidRequestError);
    CHECK_THROWS_AS(throw NoResultFound("none"), InvalidRequestError);
    CHECK_THROWS_AS(throw MultipleResultsFound("two"), InvalidRequestError);
    CHECK_THROWS_AS(throw NoSuchColumnError("nam"), InvalidRequestError);
    CHECK_THROWS_AS(throw InvalidRequestError("nested"), Error);
    CHECK_THROWS_AS(throw ArgumentError("port"), Error);
    CHECK_THROWS_AS(throw QueueFullError("full"), Error);
}

TEST_CASE("a timeout tells the pool's state and the last connect error") {
    TimeoutInfo info{.pool = "shop",
                     .size = 5,
                     .overflow = 2,
                     .checked_out = 7,
                     .opening = 1,
                     .waiters = 3,
                     .waited = std::chrono::milliseconds(1500),
                     .oldest_wait = std::chrono::milliseconds(1600),
                     .last_connect_error = {},
                     .holders = {}};
    const std::string calm = TimeoutError(info).what();
    CHECK(calm ==
          "pool 'shop': no connection came free in 1500 ms (size 5, overflow 2, checked out 7, opening 1, waiting 3, "
          "oldest wait 1600 ms)");
    info.suspended = true;
    info.last_connect_error = "connection refused";
    const std::string troubled = TimeoutError(info).what();
    CHECK(troubled == calm + "; the pool is suspended; the last connect failed: connection refused");
    for (unsigned line = 1; line <= 4; ++line)
        info.holders.push_back({.place = SourceLocation::current("shop.cpp", line, "order"),
                                .thread = 42,
                                .age = std::chrono::milliseconds(10 - line),
                                .connection_id = line});
    CHECK(TimeoutError(info).what() ==  // the three that matter most
          troubled +
              "; held longest: shop.cpp:1 (order), thread 42, for 9 ms; shop.cpp:2 (order), thread 42, for 8 ms; "
              "shop.cpp:3 (order), thread 42, for 7 ms");
    CHECK(TimeoutError(info).info().waiters == 3);
}
