#include "dialect/dialects.hpp"

#include <sociable/errors/error.hpp>

#include <doctest/doctest.h>

using namespace sociable;
using dialect::make_dialect;

namespace {

std::string message_of(auto&& f) {
    try {
        f();
    } catch (const ArgumentError& e) {
        return e.what();
    }
    return "no ArgumentError";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("each known URL scheme gives the dialect of its database") {
    CHECK(make_dialect(Url("sqlite://"), {})->name() == "sqlite");
    CHECK(make_dialect(Url("postgresql://localhost/a"), {})->name() == "postgresql");
    CHECK(make_dialect(Url("postgres://localhost/a"), {})->name() == "postgresql");
    CHECK(make_dialect(Url("mysql://localhost/a"), {})->name() == "mysql");
    CHECK(make_dialect(Url("mariadb://localhost/a"), {})->name() == "mysql");
}

TEST_CASE("the scheme's case doesn't matter, and neither does the driver when it is SOCI") {
    CHECK(make_dialect(Url("SQLite://"), {})->name() == "sqlite");
    CHECK(make_dialect(Url("sqlite+soci://"), {})->name() == "sqlite");
}

TEST_CASE("an unknown URL scheme is an ArgumentError that lists the known ones") {
    const auto text = message_of([] { make_dialect(Url("oracle://localhost/a"), {}); });
    CHECK(has(text, "'oracle'"));
    for (const std::string& scheme : dialect::known_schemes()) CHECK_MESSAGE(has(text, scheme), scheme);
    CHECK(dialect::known_schemes() == std::vector<std::string>{"sqlite", "postgresql", "postgres", "mysql", "mariadb"});
}

TEST_CASE("a driver other than SOCI is an ArgumentError that says drivers aren't chosen") {
    const auto text = message_of([] { make_dialect(Url("postgresql+psycopg2://localhost/a"), {}); });
    CHECK(has(text, "'psycopg2'"));
    CHECK(has(text, "postgresql://"));
}

TEST_CASE("SQLite's options for another database are an ArgumentError that names the option") {
    CHECK(has(message_of([] { make_dialect(Url("mysql://localhost/a"), SqliteOptions{}); }), "'sqlite'"));
}

TEST_CASE("a busy timeout out of range is an ArgumentError that names the option") {
    for (const std::int64_t timeout : {std::int64_t{-1}, std::int64_t{1} << 31}) {
        SqliteOptions options;
        options.busy_timeout = std::chrono::milliseconds(timeout);
        CHECK(has(message_of([&] { make_dialect(Url("sqlite://"), options); }), "sqlite.busy_timeout"));
    }
}

TEST_CASE("an isolation level is read as SQL writes it, with hyphens or underscores, in any case") {
    for (const auto level : {IsolationLevel::read_uncommitted, IsolationLevel::read_committed,
                             IsolationLevel::repeatable_read, IsolationLevel::serializable, IsolationLevel::autocommit})
        CHECK(parse_isolation_level(to_string(level)) == level);
    CHECK(to_string(IsolationLevel::read_committed) == "READ COMMITTED");
    CHECK(parse_isolation_level("read-committed") == IsolationLevel::read_committed);
    CHECK(parse_isolation_level("repeatable_read") == IsolationLevel::repeatable_read);
    CHECK(parse_isolation_level("Serializable") == IsolationLevel::serializable);
}

TEST_CASE("an unknown isolation level is an error that lists the valid ones") {
    const auto text = message_of([] { parse_isolation_level("snapshot"); });
    CHECK(text ==
          "unknown isolation level 'snapshot'; valid are READ UNCOMMITTED, READ COMMITTED, REPEATABLE READ, "
          "SERIALIZABLE, AUTOCOMMIT");
}
