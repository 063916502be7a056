#include "dialect/mysql_url.hpp"
#include "dialect/mysql_fixture.hpp"

#include <sociable/errors/error.hpp>

using namespace sociable;
using namespace sociable::test;

namespace {

std::string connect_string(const Url& url) { return dialect::make_mysql_dialect()->connect_string(url); }

std::string refusal(const Url& url) {
    try {
        dialect::make_mysql_dialect()->check(url);
    } catch (const ArgumentError& e) {
        return e.what();
    }
    return "accepted";
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a MariaDB URL becomes SOCI's connect string, always with utf8mb4 and never with reconnect") {
    CHECK(connect_string(Url("mysql://app:pw@db.example:3307/shop")) ==
          "host='db.example' port='3307' user='app' password='pw' dbname='shop' charset='utf8mb4'");
    CHECK(connect_string(Url("mariadb://[::1]/shop?charset=latin1&connect_timeout=5")) ==
          "host='::1' dbname='shop' charset='latin1' connect_timeout='5'");
    CHECK(connect_string(Url("mysql://a:1,[::1]:2,c/shop")) == "host='a:1,[::1]:2,c' dbname='shop' charset='utf8mb4'");
}

TEST_CASE("localhost with a port is reached by TCP, without one by the unix socket") {
    CHECK(contains(connect_string(Url("mysql://localhost:3307/")), "host='127.0.0.1' port='3307'"));
    CHECK(contains(connect_string(Url("mysql://localhost/")), "host='localhost'"));
}

TEST_CASE("MariaDB: errors in connecting name the server and the database, and neither user nor password") {
    const auto place = [](const char* url) { return dialect::mysql_place(Url(url)); };
    CHECK(place("mysql://app:s3cret@db.example:3307/shop") == "db.example:3307/shop");
    CHECK(place("mysql://app:s3cret@db.example") == "db.example:3306");
    CHECK(place("mysql://a:1,[::1],c/shop") == "a:1,[::1]:3306,c:3306/shop");
    CHECK(place("mysql:///shop") == "localhost/shop");
    CHECK(place("mysql://localhost/shop?unix_socket=/run/db.sock") == "/run/db.sock/shop");
}

TEST_CASE("MariaDB: every part of a URL reaches the database as it was meant") {
    const std::string nasty = R"(a b'"\=&%;,# user='root' host='x')";
    const std::string name = unique_name("it's \\ a=b & c %20 \"d\"");
    MysqlConnected root;
    const std::string account = "'o''h \\\\=" + std::to_string(getpid()) + "'@'%'";
    root.driver->run("CREATE DATABASE " + root.dialect->quote_identifier(name));
    root.driver->run("CREATE USER " + account + " IDENTIFIED BY 'a b''\"\\\\=&%;,# user=''root'' host=''x'''");
    root.driver->run("GRANT ALL ON *.* TO " + account);
    {
        const Url url =
            mysql_url().with_user("o'h \\=" + std::to_string(getpid())).with_password(nasty).with_database(name);
        MysqlConnected user(url);
        CHECK(user.value("SELECT DATABASE()") == "text " + name);
        CHECK(contains(user.value("SELECT CURRENT_USER()"), "o'h \\="));
        // Through its text as well.
        CHECK(MysqlConnected(Url(url.to_string_with_password())).value("SELECT DATABASE()") == "text " + name);
    }
    root.driver->run("DROP USER " + account);
    root.driver->run("DROP DATABASE " + root.dialect->quote_identifier(name));
}

TEST_CASE("MariaDB: nobody can smuggle a connection option in through another part") {
    const Url url("mysql://u:p@h/d");
    CHECK(connect_string(url.with_password("x' local_infile='1")) ==
          R"(host='h' user='u' password='x\' local_infile=\'1' dbname='d' charset='utf8mb4')");
    CHECK(contains(connect_string(url.with_database("d\\' host='evil")), R"(dbname='d\\\' host=\'evil')"));
    for (const char* host : {"h;ssl-enforce=0", "user=root", "replication://h"})
        CHECK(contains(refusal(url.with_host(host)), "is no host name"));
    // The client library's C strings would end at a NUL, and it splits hosts at commas.
    const std::string nul("a\0b", 3);
    CHECK_THROWS_AS(url.with_password(nul), ArgumentError);
    CHECK_THROWS_AS(url.with_user(nul), ArgumentError);
    CHECK_THROWS_AS(url.with_database(nul), ArgumentError);
    CHECK_THROWS_AS(url.with_host(nul), ArgumentError);
    CHECK_THROWS_AS(url.with_query("sslca", nul), ArgumentError);
    CHECK_THROWS_AS(url.with_host("a,b"), ArgumentError);
}

TEST_CASE("MariaDB: an unknown URL option is an ArgumentError that lists those it knows") {
    const std::string text = refusal(Url("mysql://h/d?sslmode=require"));
    CHECK(contains(text, "'sslmode'"));
    CHECK(contains(
        text,
        "unix_socket, charset, connect_timeout, read_timeout, write_timeout, sslca, sslcert, sslkey, local_infile"));
    CHECK(contains(refusal(Url("mysql://h/d?reconnect=1")), "'reconnect'"));
    CHECK(refusal(Url("mysql://h/d?sslca=/ca&sslcert=/c&sslkey=/k&read_timeout=1&write_timeout=1&local_infile=0")) ==
          "accepted");
}

TEST_CASE("MariaDB: a wrong URL option is an ArgumentError that names it and tells what is right") {
    for (const char* value : {"", "0", "-1", "5s", "2147484", "99999999999"})
        CHECK(refusal(Url("mysql://h/d").with_query("connect_timeout", value)) ==
              "URL option 'connect_timeout' must be a number from 1 to 2147483");
    CHECK(contains(refusal(Url("mysql://h/d?local_infile=2")), "from 0 to 1"));
    CHECK(contains(refusal(Url("mysql://h/d?charset=utf8%3B")), "'charset'"));
    CHECK(contains(refusal(Url("mysql://h/d?charset=utf8&charset=latin1")), "more than once"));
    CHECK(contains(refusal(Url("mysql://h/d?sslkey=/k")), "need 'sslca'"));
    CHECK(contains(refusal(Url("mysql://h/d?unix_socket=/s")), "goes with no host"));
    CHECK(contains(refusal(Url("mysql://localhost:1/d?unix_socket=/s")), "goes with no host"));
    CHECK(refusal(Url("mysql://localhost/d?unix_socket=/s")) == "accepted");
    CHECK(refusal(Url("mysql:///d?unix_socket=/s")) == "accepted");
}

TEST_CASE("MariaDB: the next host of a list is tried when one can't be reached") {
    const Url url = mysql_url();
    auto hosts = url.hosts();
    hosts.insert(hosts.begin(), {.name = "127.0.0.1", .port = 1});
    CHECK(MysqlConnected(url.with_hosts(hosts)).value("SELECT 1") == "int64 1");
}

TEST_CASE("MariaDB: a connect that fails tells the kind of error and not the password, and leaves the session closed") {
    const auto dialect = dialect::make_mysql_dialect();
    soci::session session;
    const auto connect = [&](const Url& url) { return error_of([&] { dialect->connect(session, url); }); };
    const Url url = mysql_url();

    const auto nobody = connect(url.with_user("nobody").with_password("s3cret"));
    CHECK(nobody.kind == ErrorKind::operational);
    CHECK(nobody.native_code == 1045);
    CHECK(nobody.sqlstate == "28000");
    CHECK(contains(nobody.message, "connection to " + dialect::mysql_place(url) + " failed: "));
    CHECK_FALSE(nobody.is_disconnect);
    CHECK(contains(connect(url.with_user("s3cret").with_password("s3cret")).message, "'***'@"));

    const auto no_database = connect(url.with_database("no_such_database"));
    CHECK(no_database.kind == ErrorKind::operational);
    CHECK(no_database.native_code == 1049);
    CHECK(no_database.sqlstate == "42000");

    const auto no_server = connect(url.with_port(1));
    CHECK(no_server.kind == ErrorKind::operational);
    CHECK(no_server.is_disconnect);
    CHECK_FALSE(no_server.is_retryable);

    CHECK(dialect->connect(session, url)->transaction_state() == dialect::TransactionState::idle);
}

TEST_CASE("MariaDB: a session opened by the user is taken over; one that is closed or of another database is not") {
    const auto dialect = dialect::make_mysql_dialect();
    MysqlConnected first;
    CHECK(dialect->attach(first.session)->transaction_state() == dialect::TransactionState::idle);
    soci::session closed;
    CHECK_THROWS_AS(dialect->attach(closed), std::exception);
}

TEST_CASE("MariaDB: all isolation levels exist, and the server holds the data") {
    const auto dialect = dialect::make_mysql_dialect();
    for (const auto level :
         {IsolationLevel::read_uncommitted, IsolationLevel::serializable, IsolationLevel::autocommit})
        CHECK_NOTHROW(dialect->check(level));
    CHECK(dialect->locality(mysql_url()) == dialect::Locality::server);
    CHECK(dialect->name() == "mysql");
    CHECK(dialect->quote_identifier("a`b") == "`a``b`");
    CHECK(dialect->sql_rules().backticks);
}
