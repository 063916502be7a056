#include "dialect/sqlite_fixture.hpp"

#include <sociable/errors/database_error.hpp>
#include <sociable/errors/error.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <thread>

#include <soci/sqlite3/soci-sqlite3.h>

using namespace sociable;
using namespace std::chrono_literals;
using test::Connected;
using test::sqlite_file;

namespace {

std::string refusal(const Url& url) {
    try {
        dialect::make_sqlite_dialect({})->check(url);
    } catch (const ArgumentError& e) {
        return e.what();
    }
    return "accepted";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("every part of a URL reaches the database as it was meant: SQLite paths") {
    const test::TemporaryDirectory directory;
    for (const std::string name : {"plain.db", "with space.db", "a=b.db", "dbname=x timeout=1.db", "what?mode=memory",
                                   "hash#1.db", "50%25.db", "'single'.db", "\"double\".db", "\"", "back\\slash.db",
                                   "a&b.db", "\xc3\xa9t\xc3\xa9.db", "new\nline.db", ":memory:"}) {
        CAPTURE(name);
        const std::string path = directory.file(name);
        Connected c(sqlite_file(path));
        c.driver->run("CREATE TABLE t (x)");
        CHECK(c.text("SELECT file FROM pragma_database_list WHERE name = 'main'") == path);
        CHECK(std::filesystem::exists(path));
    }
}

TEST_CASE("a SQLite path that begins with two slashes names no host") {
    const test::TemporaryDirectory directory;
    Connected c(sqlite_file("/" + directory.file("x.db")));
    c.driver->run("CREATE TABLE t (x)");
    CHECK(std::filesystem::exists(directory.file("x.db")));
}

TEST_CASE("a relative SQLite path stays relative") {
    CHECK(dialect::make_sqlite_dialect({})->connect_string(Url("sqlite:///a%20b/c.db?mode=ro&vfs=unix-none")) ==
          "dbname=file:a%20b/c.db?mode=ro&vfs=unix-none");
}

TEST_CASE("SQLite databases without a path, called :memory: or with mode=memory live in memory") {
    const auto dialect = dialect::make_sqlite_dialect({});
    for (const char* url : {"sqlite://", "sqlite:///:memory:", "sqlite:///shared?mode=memory&cache=shared"}) {
        CAPTURE(url);
        CHECK(dialect->locality(Url(url)) == dialect::Locality::memory);
        Connected c{Url(url)};
        CHECK(c.text("SELECT file FROM pragma_database_list WHERE name = 'main'").empty());
    }
    CHECK(dialect->locality(Url("sqlite:///x.db")) == dialect::Locality::file);
}

TEST_CASE("a SQLite URL with a host, a user or a password is an ArgumentError") {
    CHECK(has(refusal(Url("sqlite://x.db")), "three slashes before a relative path, four before an absolute one"));
    CHECK(has(refusal(Url("sqlite://").with_user("u")), "no users"));
    const auto text = refusal(Url("sqlite://").with_password("s3cret"));
    CHECK(has(text, "password"));
    CHECK_FALSE(has(text, "s3cret"));
}

TEST_CASE("a SQLite query key or value that is unknown is an ArgumentError that lists the valid ones") {
    CHECK(has(refusal(Url("sqlite:///x?timeout=5")), "'timeout'; valid are mode, cache, immutable, nolock, vfs"));
    CHECK(has(refusal(Url("sqlite:///x?mode=write")), "'mode' can't be 'write'; valid are ro, rw, rwc, memory"));
    CHECK(has(refusal(Url("sqlite:///x?cache=all")), "valid are shared, private"));
    CHECK(has(refusal(Url("sqlite:///x?immutable=maybe")), "'immutable' can't be 'maybe'"));
    CHECK(has(refusal(Url("sqlite:///x?mode=ro&mode=rwc")), "twice"));
    CHECK(refusal(Url("sqlite:///x?mode=rw&cache=private&immutable=0&nolock=0&vfs=unix")) == "accepted");
}

TEST_CASE("an isolation level that SQLite hasn't got is an ArgumentError that lists those it has") {
    const auto dialect = dialect::make_sqlite_dialect({});
    dialect->check(IsolationLevel::serializable);
    dialect->check(IsolationLevel::read_uncommitted);
    dialect->check(IsolationLevel::autocommit);
    CHECK_THROWS_WITH_AS(
        dialect->check(IsolationLevel::repeatable_read),
        "SQLite has no isolation level 'REPEATABLE READ'; valid are SERIALIZABLE, READ UNCOMMITTED, AUTOCOMMIT",
        ArgumentError);
}

TEST_CASE("a SQLite name is quoted with its own quotes doubled") {
    CHECK(dialect::make_sqlite_dialect({})->quote_identifier("a\"b c") == "\"a\"\"b c\"");
}

TEST_CASE("SQLite's SQL has question marks for parameters, and names in backticks and brackets") {
    const dialect::SqlRules& rules = dialect::make_sqlite_dialect({})->sql_rules();
    CHECK(dialect::parse_sql("SELECT `:a`, [:b], \":c\" FROM t WHERE x = :d", rules).sql ==
          "SELECT `:a`, [:b], \":c\" FROM t WHERE x = ?");
}

TEST_CASE("the pragmas of SqliteOptions are in effect on a new connection") {
    const test::TemporaryDirectory directory;
    Connected c(sqlite_file(directory.file("x.db")), {.busy_timeout = 1234ms, .throughput = true});
    CHECK(c.text("PRAGMA journal_mode") == "wal");
    CHECK(c.text("PRAGMA busy_timeout") == "1234");
    CHECK(c.text("PRAGMA foreign_keys") == "1");
    CHECK(c.text("PRAGMA mmap_size") == "268435456");
    CHECK(c.text("PRAGMA cache_size") == "10000");
    CHECK(c.text("PRAGMA synchronous") == "1");
    CHECK(c.text("PRAGMA temp_store") == "2");

    Connected plain(sqlite_file(directory.file("y.db")), {.wal = false, .busy_timeout = 0ms, .foreign_keys = false});
    CHECK(plain.text("PRAGMA journal_mode") == "delete");
    CHECK(plain.text("PRAGMA busy_timeout") == "0");
    CHECK(plain.text("PRAGMA foreign_keys") == "0");
    CHECK(plain.text("PRAGMA synchronous") == "2");
}

TEST_CASE("a read-only SQLite database keeps its journal mode") {
    const test::TemporaryDirectory directory;
    const Url url = sqlite_file(directory.file("x.db"));
    { Connected(url, {.wal = false}).driver->run("CREATE TABLE t (x)"); }
    for (const char* key : {"mode", "immutable"}) {
        CAPTURE(key);
        Connected c(url.with_query(key, key == std::string("mode") ? "ro" : "1"));
        CHECK(c.text("PRAGMA journal_mode") == "delete");
        CHECK_THROWS_AS(c.driver->run("CREATE TABLE u (x)"), OperationalError);
    }
}

TEST_CASE("threads that open a new SQLite file at once all get a connection with WAL") {
    for (int round = 0; round < 20; ++round) {
        const test::TemporaryDirectory directory;
        std::atomic<int> good{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                try {
                    Connected c(sqlite_file(directory.file("x.db")));
                    good += c.text("PRAGMA journal_mode") == "wal";
                } catch (const DatabaseError& e) {
                    MESSAGE(e.what());
                }
            });
        for (auto& thread : threads) thread.join();
        REQUIRE(good == 8);
    }
}

TEST_CASE("a SQLite file that can't be opened is an OperationalError with SQLite's code, and the session is closed") {
    const test::TemporaryDirectory directory;
    const auto dialect = dialect::make_sqlite_dialect({});
    soci::session session;
    for (const std::string& path : {directory.file("missing/x.db"), directory.file("")}) {
        CAPTURE(path);
        try {
            dialect->connect(session, sqlite_file(path));
            FAIL("opened");
        } catch (const OperationalError& e) {
            CHECK(e.native_code() == 14);
            CHECK(has(e.what(), "unable to open database file"));
            CHECK(has(e.what(), path));
            CHECK_FALSE(e.is_disconnect());
        }
    }
    CHECK(dialect->connect(session, sqlite_file(directory.file("x.db"))));  // the same session, still usable
}

TEST_CASE("a file that is no SQLite database is refused when it is opened, and the session is closed") {
    const test::TemporaryDirectory directory;
    std::ofstream(directory.file("x.db")) << std::string(4096, 'x');
    const auto dialect = dialect::make_sqlite_dialect({});
    soci::session session;
    CHECK_THROWS_AS(dialect->connect(session, sqlite_file(directory.file("x.db"))), DatabaseError);
    CHECK(session.get_backend() == nullptr);
}

TEST_CASE("connecting a session that is open already is an error") {
    const auto dialect = dialect::make_sqlite_dialect({});
    soci::session session(soci::sqlite3, ":memory:");
    CHECK_THROWS_AS(dialect->connect(session, Url("sqlite://")), OperationalError);
}

TEST_CASE("a SQLite session that somebody else opened is set up like one of ours") {
    const auto dialect = dialect::make_sqlite_dialect({});
    soci::session session(soci::sqlite3, ":memory:");
    const auto driver = dialect->attach(session);
    int foreign_keys = 0;
    session << "PRAGMA foreign_keys", soci::into(foreign_keys);
    CHECK(foreign_keys == 1);
}

TEST_CASE("a creator that gives no open SQLite session is an ArgumentError") {
    const auto dialect = dialect::make_sqlite_dialect({});
    soci::session closed;
    CHECK_THROWS_AS(dialect->attach(closed), ArgumentError);
}
