#include "dialect/postgresql_fixture.hpp"

#include <sociable/errors/error.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <utility>

using namespace sociable;
using namespace sociable::test;

namespace {

// Everything that a URL, SOCI's own reading of connect strings, or libpq's could take for something else.
const std::string hostile = " a='b' \"c\" \\d @e:f/g?h&i#j,k%20l\tm application_name=x ";

class Finally {
public:
    explicit Finally(std::function<void()> run) : run_(std::move(run)) {}
    ~Finally() { run_(); }
    Finally(const Finally&) = delete;
    Finally& operator=(const Finally&) = delete;

private:
    std::function<void()> run_;
};

std::string message_of(const std::function<void()>& f) {
    try {
        f();
    } catch (const ArgumentError& e) {
        return e.what();
    }
    return "no ArgumentError";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void check_url(const std::string& text) { dialect::make_postgresql_dialect()->check(Url(text)); }

}  // namespace

TEST_CASE("User, password, database and values of the URL arrive as they are, and smuggle in nothing") {
    PostgresqlConnection admin;
    const std::string name = admin.dialect->quote_identifier(hostile);
    const std::string literal = admin.scalar<std::string>("SELECT quote_literal($1)", {ValueView::text(hostile)});
    admin.driver->run("CREATE ROLE " + name + " LOGIN PASSWORD " + literal);
    const Finally drop_role([&] { admin.driver->run("DROP ROLE " + name); });
    admin.driver->run("CREATE DATABASE " + name);
    const Finally drop_database([&] { admin.driver->run("DROP DATABASE " + name + " WITH (FORCE)"); });

    const Url url = admin.url.with_user(hostile).with_password(hostile).with_database(hostile).with_query(
        "fallback_application_name", "x' host=y");
    {
        PostgresqlConnection c(url);
        CHECK(c.scalar<std::string>("SELECT current_user::text") == hostile);
        CHECK(c.scalar<std::string>("SELECT current_database()::text") == hostile);
        CHECK(PQpass(c.native()) == hostile);
        CHECK(c.scalar<std::string>("SHOW application_name") == "x' host=y");
    }
    {
        PostgresqlConnection c(url.with_query("application_name", "a=b&c d"));
        CHECK(c.scalar<std::string>("SHOW application_name") == "a=b&c d");
        CHECK(PQport(c.native()) == std::to_string(admin.url.port().value_or(5432)));
    }
}

TEST_CASE("A host with an option in it is a host of that name") {
    const Url url =
        postgresql_url().with_host("127.0.0.1 user=nobody application_name=smuggled", postgresql_url().port());
    const auto info = error_of([&] { PostgresqlConnection c(url); });
    CHECK(info.kind == ErrorKind::operational);
    CHECK(contains(info.message, "127.0.0.1 user=nobody application_name=smuggled"));
}

TEST_CASE("Every connect string has an option and no character that SOCI would read") {
    const auto dialect = dialect::make_postgresql_dialect();
    const Url url = Url("postgresql://h").with_user(hostile).with_password(hostile).with_database(hostile);
    const std::string text = dialect->connect_string(url);
    CHECK(text.find_first_of(" '\"\\\t\n") == std::string::npos);
    CHECK(text.find('=') == text.find("=UTF8"));
    CHECK(dialect->connect_string(Url("postgres://")) == "postgresql:///?client_encoding=UTF8");
    CHECK(dialect->connect_string(Url("postgresql://u@[fe80::1%25eth0]:1,h2:2/d?sslmode=require")) ==
          "postgresql://u@fe80%3A%3A1%25eth0:1,h2:2/d?client_encoding=UTF8&sslmode=require");
}

TEST_CASE("Several hosts are tried in turn") {
    const Url here = postgresql_url();
    PostgresqlConnection c(here.with_hosts({{"127.0.0.1", 1}, {here.host(), here.port()}}));
    CHECK(c.scalar<int>("SELECT 1") == 1);
}

TEST_CASE("A socket directory is a host, in the URL or in its query") {
    PostgresqlConnection tcp;
    const auto directories = tcp.scalar<std::string>("SHOW unix_socket_directories");
    REQUIRE_FALSE(directories.empty());
    const std::string directory = directories.substr(0, directories.find(','));
    const auto port = static_cast<std::uint16_t>(std::stoi(PQport(tcp.native())));
    const auto is_local = [](const Url& url) {
        PostgresqlConnection c(url);
        return c.scalar<bool>("SELECT inet_server_addr() IS NULL");
    };
    CHECK(is_local(tcp.url.with_host(directory, port)));
    CHECK(is_local(tcp.url.with_hosts({}).with_query("host", directory).with_query("port", std::to_string(port))));
}

TEST_CASE("A query key that PostgreSQL doesn't know is refused with those that it does") {
    const std::string unknown = message_of([] { check_url("postgresql://h/d?sslmod=require"); });
    CHECK(contains(unknown, "'sslmod'"));
    for (const char* known : {"sslmode", "application_name", "connect_timeout", "options", "target_session_attrs"})
        CHECK(contains(unknown, known));
    for (const char* part : {" password,", "dbname", "singlerow"}) CHECK_FALSE(contains(unknown, part));
}

TEST_CASE("A query key that repeats a part of the URL, or itself, is refused") {
    for (const char* key : {"user", "password", "dbname", "host", "port"}) {
        const std::string url = "postgresql://u@h:1/d?" + std::string(key) + "=1";
        CHECK(contains(message_of([&] { check_url(url); }), "'" + std::string(key) + "'"));
    }
    CHECK(contains(message_of([] { check_url("postgresql:///d?sslmode=a&sslmode=b"); }), "more than once"));
    CHECK(contains(message_of([] { check_url("postgresql://h/d?singlerows=true"); }), "'singlerows'"));
    CHECK_NOTHROW(check_url("postgresql:///d?host=/run/postgresql&port=5433"));
    CHECK_NOTHROW(check_url("postgresql://u:p@h1:1,h2:2/d?sslmode=verify-full&connect_timeout=5"));
}

TEST_CASE("A comma in a host would be two hosts and is refused") {
    CHECK(
        contains(message_of([] { dialect::make_postgresql_dialect()->check(Url("postgresql://x").with_host("a,b")); }),
                 "comma"));
}

TEST_CASE("An unreachable server is a disconnect, an unknown database or a value that libpq refuses is none") {
    const Url here = postgresql_url();
    const auto error = [](const Url& url) { return error_of([&] { PostgresqlConnection c(url); }); };
    for (const Url& url : {here.with_host("127.0.0.1", 1), here.with_host("no-such-host.invalid", 5432),
                           here.with_host("/nonexistent", 5432)}) {
        const auto info = error(url.with_password("pass word"));
        CAPTURE(info.message);
        CHECK(info.kind == ErrorKind::operational);
        CHECK(info.is_disconnect);
        CHECK_FALSE(contains(info.message, "pass word"));
    }
    for (const Url& url : {here.with_database("no such database"), here.with_query("sslmode", "nonsense")}) {
        const auto info = error(url);
        CAPTURE(info.message);
        CHECK(info.kind == ErrorKind::operational);
        CHECK_FALSE(info.is_disconnect);
    }
}

TEST_CASE("A failed connect leaves the session closed and usable, and tells no password") {
    const auto dialect = dialect::make_postgresql_dialect();
    const Url good = postgresql_url();
    soci::session session;
    const Url bad = good.with_database("hunter2").with_password("hunter2");
    const auto info = error_of([&] { dialect->connect(session, bad); });
    CHECK_FALSE(contains(info.message, "hunter2"));
    CHECK(contains(info.message, "***"));
    CHECK(session.get_backend() == nullptr);
    dialect->connect(session, good)->ping(std::chrono::seconds(1));
}

TEST_CASE("An identifier is quoted with its quotes doubled") {
    const auto dialect = dialect::make_postgresql_dialect();
    CHECK(dialect->quote_identifier("a\"b") == "\"a\"\"b\"");
    CHECK_THROWS_AS(dialect->quote_identifier({"a\0b", 3}), DataError);
}
