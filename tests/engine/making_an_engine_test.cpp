// Acceptance list, "Making an engine".
#include "support/scripted.hpp"
#include "support/thrown.hpp"
#include "support/user.hpp"

#include <climits>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <sstream>
#include <thread>

using namespace sociable;
using namespace sociable::test;

namespace {

void check_refused(const std::function<void()>& make, std::initializer_list<const char*> parts) {
    const std::string text = text_of<ArgumentError>(make);
    CAPTURE(text);
    for (const char* part : parts) {
        CAPTURE(part);
        CHECK(contains(text, part));
    }
}

const std::string hostile = " a='b' \"c\" \\d @e:f/g?h&i#j,k%20l;m --x";

std::string shown(const auto& value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

}  // namespace

TEST_CASE(
    "`create_engine` opens nothing (unless asked to warm up or to connect at once); the first connection is made by "
    "the first use") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        CHECK(engine.pool().status().opened == 0);
        CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);
        CHECK(engine.pool().status().opened == 1);

        const PoolStatus at_once = database.engine({.connect_now = true}).pool().status();
        CHECK(at_once.opened == 1);
        CHECK(at_once.checked_in == 1);
        const PoolStatus warm = database.engine({.connect_now = true, .warm_up = 3}).pool().status();
        CHECK(warm.opened == 3);
        CHECK(warm.checked_in == 3);
        CHECK(warm.checked_out == 0);
    });
}

TEST_CASE("`create_engine` opens nothing where nobody listens, and asked to connect at once tells so") {
    for (const char* url : {"postgresql://user:s3cret@127.0.0.1:1/db", "mysql://user:s3cret@127.0.0.1:1/db"}) {
        CAPTURE(url);
        Engine engine = create_engine(url);
        CHECK_THROWS_AS(engine.connect(), OperationalError);
        const std::string text = text_of<OperationalError>([&] { create_engine(url, {.connect_now = true}); });
        CHECK_FALSE(contains(text, "s3cret"));
        CHECK_THROWS_AS(create_engine(url, {.warm_up = 1}), OperationalError);
    }
    const TemporaryDirectory directory;
    Engine engine = create_engine(Url("sqlite://").with_database(directory.file("new.db")));
    CHECK_FALSE(std::filesystem::exists(directory.file("new.db")));
    engine.connect().execute("CREATE TABLE t (x)");
    CHECK(std::filesystem::exists(directory.file("new.db")));
}

TEST_CASE(
    "An unknown URL scheme, a malformed URL, a bad port, an option that the chosen pool can't use, or a value out of "
    "range is an ArgumentError that names the option or part at fault and what would be valid") {
    check_refused([] { create_engine("oracle://u:s3cret@h/d"); },
                  {"scheme", "oracle", "postgresql", "mysql", "sqlite"});
    check_refused([] { create_engine("postgresql+psycopg2://u@h/d"); }, {"psycopg2", "SOCI", "postgresql://"});
    check_refused([] { create_engine("just text"); }, {"://", "scheme", "host"});
    check_refused([] { create_engine("postgresql://u@[::1/d"); }, {"host", "]"});
    check_refused([] { create_engine("postgresql://h:abc/d"); }, {"port", "1 to 65535"});
    check_refused([] { create_engine("postgresql://h:0/d"); }, {"port", "1 to 65535"});
    check_refused([] { create_engine("postgresql://h:65536/d"); }, {"port", "1 to 65535"});
    check_refused([] { create_engine("postgresql://h/%zz"); }, {"percent escape", "database", "hexadecimal"});
    check_refused([] { create_engine("postgresql://h/d?sslmod=require"); }, {"sslmod", "sslmode"});
    check_refused([] { create_engine("mysql://h/d?charst=utf8"); }, {"charst", "charset"});
    check_refused([] { create_engine("sqlite:///d?mode=r"); }, {"mode", "ro", "rwc"});
    check_refused([] { create_engine("sqlite://host/d"); }, {"SQLite has no host", "slashes"});
    check_refused([] { create_engine("sqlite:///d", {.pool_size = 5}); }, {"pool_size", "NullPool", "QueuePool"});
    check_refused([] { create_engine("mysql://h/d", {.max_overflow = -2}); }, {"max_overflow", "-2", "0 and more"});
}

TEST_CASE("In a password, characters are percent-encoded; an ambiguous unescaped `@` is an error that says so") {
    check_refused([] { create_engine("postgresql://u:s3@cret@h/d"); }, {"ambiguous @", "%40"});
    on_each(servers, [](Database& database) {
        const User user(database, "sociable_making_test", "p@ss:w/o?rd");
        const std::string text = user.url().to_string_with_password();
        CHECK(contains(text, "p%40ss%3Aw%2Fo%3Frd"));
        CHECK(create_engine(text).connect().execute("SELECT 1").scalar<int>() == 1);
    });
}

TEST_CASE(
    "Printing a URL, an engine, an error or a log line shows `***` for the password. Rendering with the password is a "
    "separate call") {
    on_each(servers, [](Database& database) {
        const Url url = database.url().with_user("sociable_nobody").with_password("s3 cret");
        Engine engine = create_engine(url);
        const std::string error = text_of<OperationalError>([&] { engine.connect(); });
        for (const std::string& text : {shown(url), shown(engine), shown(engine.url()), engine.name(), error,
                                        to_string(engine.pool().status())}) {
            CAPTURE(text);
            CHECK_FALSE(contains(text, "cret"));
        }
        CHECK(contains(shown(engine), ":***@"));
        CHECK(contains(engine.url().to_string_with_password(), ":s3%20cret@"));
    });
    check_refused([] { create_engine("postgresql://u:s3cret@h/d?sslmod=1"); }, {"sslmod"});
    CHECK_FALSE(contains(text_of<ArgumentError>([] { create_engine("oracle://u:s3cret@h/d"); }), "s3cret"));
}

TEST_CASE(
    "Every part of a URL reaches the database as it was meant, and nobody can smuggle a connection option in through "
    "another part") {
    on_each(servers, [](Database& database) {
        const bool mysql = database.kind() == Kind::mysql;
        const std::string user_name = mysql ? "a' b=\"c\" \\d@e:f/g?h&i%20" : hostile;
        const std::string name = mysql ? "a b='c' \\d &e=f%20 connect_timeout=0 x" : hostile;
        const User user(database, user_name, hostile);
        Engine admin = create_engine(database.url(), {.isolation_level = IsolationLevel::autocommit});
        admin.connect().execute("CREATE DATABASE " + admin.quote_identifier(name));
        {
            Url url = user.url().with_database(name);
            if (!mysql) url = url.with_query("application_name", "x' host=y &sslmode=require %41");
            for (const Url& each : {url, Url(url.to_string_with_password())}) {
                Engine engine = create_engine(each, {.pool_class = PoolClass::null});
                Connection c = engine.connect();
                const char* current = mysql ? "SELECT substring_index(user(), '@', 2)" : "SELECT current_user::text";
                CHECK(c.execute(current).scalar<std::string>() == user_name);
                const char* which = mysql ? "SELECT database()" : "SELECT current_database()::text";
                CHECK(c.execute(which).scalar<std::string>() == name);
                if (!mysql)
                    CHECK(c.execute("SHOW application_name").scalar<std::string>() == "x' host=y &sslmode=require %41");
            }
        }
        admin.connect().execute("DROP DATABASE " + admin.quote_identifier(name));
    });
    SUBCASE("sqlite") {
        const TemporaryDirectory directory;
        const std::string file = directory.file("a b='c' \"d\" \\e @f&g?mode=memory#h%20.db");
        Engine engine = create_engine(Url(Url("sqlite://").with_database(file).to_string_with_password()));
        engine.connect().execute("CREATE TABLE t (x)");
        CHECK(std::filesystem::exists(file));
    }
}

TEST_CASE(
    "Default pool: server databases QueuePool; SQLite files NullPool; SQLite in memory a pool in which everybody sees "
    "the same database. `status()` says which pool and why") {
    const auto check = [](const char* url, PoolClass pool, const char* reason) {
        const PoolStatus status = create_engine(url).pool().status();
        CHECK(status.pool_class == pool);
        CHECK(contains(status.reason, reason));
        CHECK(contains(to_string(status), reason));
    };
    check("postgresql://h/d", PoolClass::queue, "servers");
    check("mysql://h/d", PoolClass::queue, "servers");
    check("mariadb://h/d", PoolClass::queue, "servers");
    check("sqlite:///file.db", PoolClass::null, "SQLite files");
    check("sqlite:////tmp/file.db?mode=ro", PoolClass::null, "SQLite files");
    for (const char* url : {"sqlite://", "sqlite:///:memory:", "sqlite:///x?mode=memory"})
        check(url, PoolClass::static_, "in memory");

    Engine memory = create_engine("sqlite://");
    create_items(memory);
    memory.begin([](Connection& c) { c.execute("INSERT INTO items VALUES (1, 'a')"); });
    int seen = 0;
    std::jthread([&] { seen = count_items(memory); }).join();
    CHECK(seen == 1);
    CHECK(memory.pool().status().opened == 1);
}

TEST_CASE("A pool class given by the user wins, so that a SQLite file can be pooled (with WAL)") {
    const Database database(Kind::sqlite);
    Engine engine = create_engine(database.url(), {.pool_size = 2, .pool_class = PoolClass::queue});
    const PoolStatus status = engine.pool().status();
    CHECK(status.pool_class == PoolClass::queue);
    CHECK(status.reason == "asked for");
    create_items(engine);
    Connection writer = engine.connect();
    writer.execute("INSERT INTO items VALUES (1, 'a')");
    CHECK(count_items(engine) == 0);
    writer.commit();
    CHECK(count_items(engine) == 1);
    CHECK(writer.execute("PRAGMA journal_mode").scalar<std::string>() == "wal");
    writer.close();
    CHECK(engine.pool().status().checked_in == 2);
    for (const PoolClass pool :
         {PoolClass::null, PoolClass::static_, PoolClass::singleton_thread, PoolClass::assertion})
        CHECK(create_engine("postgresql://h/d", {.pool_class = pool}).pool().status().pool_class == pool);
}

TEST_CASE(
    "`pool_size` 0 means no pooling limit only when written as unlimited; there is no number that secretly means \"no "
    "cap\"") {
    for (const int number : {0, -1, INT_MIN})
        check_refused([&] { create_engine("postgresql://h/d", {.pool_size = number}); }, {"pool_size", "unlimited"});
    for (const int number : {-1, INT_MIN})
        check_refused([&] { create_engine("postgresql://h/d", {.max_overflow = number}); },
                      {"max_overflow", "unlimited"});
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = unlimited});
    std::vector<Connection> out;
    for (int i = 0; i < 100; ++i) out.push_back(engine.connect());
    CHECK(script->open() == 100);
    out.clear();
    CHECK(script->open() == 100);
    CHECK(engine.pool().status().checked_in == 100);
}

TEST_CASE("`pool_size` and max_overflow at the largest number are caps as any other") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .max_overflow = INT_MAX});
    std::vector<Connection> out;
    for (int i = 0; i < 3; ++i) out.push_back(engine.connect());
    CHECK(engine.pool().status().checked_out == 3);
}

TEST_CASE("Two engines of one process don't share state. An engine is a cheap handle: copies share the pool") {
    const Database database(Kind::sqlite);
    Engine one = database.engine();
    Engine two = database.engine();
    const Engine copy = one;
    int heard = 0;
    const Subscription subscription = one.listen<event::Checkout>([&](event::Checkout&) { ++heard; });
    one.connect().close();
    CHECK(heard == 1);
    CHECK(two.pool().status().opened == 0);
    CHECK(copy.pool().status().opened == 1);
    two.connect().close();
    CHECK(heard == 1);
    Engine(copy).connect().close();
    CHECK(heard == 2);
    CHECK(one.pool().status().checkouts == 2);
    one.dispose();
    CHECK(copy.pool().status().checked_in == 0);
    CHECK(two.pool().status().checked_in == 1);

    std::optional<Engine> last = create_engine("sqlite://");
    Engine survivor = *last;
    create_items(survivor);
    last.reset();
    CHECK(count_items(survivor) == 0);
}
