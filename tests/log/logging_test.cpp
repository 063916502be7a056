#include "support/redirected.hpp"
#include "support/scripted.hpp"
#include "support/thrown.hpp"
#include "support/user.hpp"

using namespace sociable;
using namespace sociable::test;

namespace {

const std::string secret = "pass w0rd'&=";

/// What is logged of one statement with values, by an engine with this echo.
std::vector<std::string> logged(Echo echo, spdlog::level::level_enum level) {
    Engine engine = create_engine("sqlite://", {.echo = echo, .name = "shop"});
    Connection c = engine.connect();
    const Redirected log(engine_logger, level);
    c.execute("SELECT :name", {{"name", "ada"}});
    return log.lines();
}

}  // namespace

TEST_CASE("Whoever has an engine finds its loggers by name") {
    Engine engine = create_engine("sqlite://");
    CHECK(spdlog::get(engine_logger));
    CHECK(spdlog::get(pool_logger));
}

TEST_CASE("Echo off: no statement is logged unless the logger is set to debug, and its values never") {
    CHECK(logged(Echo::off, spdlog::level::info).empty());
    const auto lines = logged(Echo::off, spdlog::level::debug);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with("debug shop: SELECT :name ["));
    CHECK_FALSE(contains(lines[0], "ada"));
}

TEST_CASE("Echo statements: engine, statement, time and rows are logged at info, and the values never") {
    const auto lines = logged(Echo::statements, spdlog::level::info);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with("info shop: SELECT :name ["));
    CHECK(contains(lines[0], " ms, 0 rows affected]"));
    CHECK_FALSE(contains(lines[0], "ada"));
    CHECK(logged(Echo::statements, spdlog::level::trace).size() == 1);
}

TEST_CASE("Echo statements: the count is of the rows affected, of all rows of execute_many") {
    Engine engine = create_engine("sqlite://", {.echo = Echo::statements});
    create_items(engine);
    Connection c = engine.connect();
    const Redirected log(engine_logger, spdlog::level::info);
    c.execute_many("INSERT INTO items VALUES (:id, :name)",
                   {{{"id", 1}, {"name", "ada"}}, {{"id", 2}, {"name", "bob"}}});
    c.execute("UPDATE items SET name = :name", {{"name", "eve"}});
    c.execute("DELETE FROM items WHERE id = :id", {{"id", 1}});
    const auto lines = log.lines();
    REQUIRE(lines.size() == 3);
    CHECK(contains(lines[0], ", 2 rows affected]"));
    CHECK(contains(lines[1], ", 2 rows affected]"));
    CHECK(contains(lines[2], ", 1 rows affected]"));
    for (const char* value : {"ada", "bob", "eve"}) CHECK_FALSE(contains(log.text(), value));
}

TEST_CASE("Echo values: the values are logged as one would write them") {
    using namespace std::chrono;
    Engine engine = create_engine("sqlite://", {.echo = Echo::values});
    Connection c = engine.connect();
    const Redirected log(engine_logger, spdlog::level::info);
    const auto values_of = [&](const Parameter& parameter) {
        c.execute("SELECT :v", {parameter});
        const std::string line = log.lines().back();
        const auto at = line.find(" values: ");
        return at == std::string::npos ? "none" : line.substr(at + 9);
    };
    CHECK(values_of({"v", "ada"}) == "'ada'");
    CHECK(values_of({"v", -5}) == "-5");
    CHECK(values_of({"v", UINT64_C(9223372036854775807)}) == "9223372036854775807");
    CHECK(values_of({"v", 0.5}) == "0.5");
    CHECK(values_of({"v", true}) == "true");
    CHECK(values_of({"v", std::nullopt}) == "NULL");
    CHECK(values_of({"v", std::vector<std::byte>(3)}) == "<3 bytes>");
    CHECK(values_of({"v", 2024y / February / 29}) == "2024-02-29");
    CHECK(contains(values_of({"v", sys_days(2024y / February / 29) + 1us}), "2024-02-29 00:00:00.000001Z"));
    c.execute("SELECT :a, :b", {{"a", 1}, {"b", "two"}});
    CHECK(log.lines().back().ends_with(" values: 1, 'two'"));
    c.execute("SELECT 1");
    CHECK(log.lines().back().ends_with("rows affected]"));
}

TEST_CASE("Two engines: each echoes as it was told, under its name") {
    Engine loud = create_engine("sqlite://", {.echo = Echo::statements, .name = "loud"});
    Engine silent = create_engine("sqlite://", {.name = "silent"});
    const Redirected log(engine_logger, spdlog::level::info);
    loud.connect().execute("SELECT 1");
    silent.connect().execute("SELECT 2");
    REQUIRE(log.lines().size() == 1);
    CHECK(log.lines()[0].starts_with("info loud: SELECT 1 "));
}

TEST_CASE("The pool logs at debug that connections are opened and closed, at info that they are invalidated and why") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.name = "shop"});
    const Redirected log(pool_logger);
    {
        Connection c = engine.connect();
        CHECK(log.lines() == std::vector<std::string>{"debug shop: connection 1 opened"});
        c.invalidate();
        CHECK(log.lines().at(1) == "info shop: connection 1 is invalidated");
        CHECK(log.lines().at(2) == "debug shop: connection 1 closed: invalidated");
        script->on_execute = [](const std::string&) { throw_disconnect(); };
        CHECK_THROWS_AS(c.execute("SELECT 1"), OperationalError);
        CHECK(log.lines().at(3) == "debug shop: connection 2 opened");
        CHECK(log.lines().at(4) == "info shop: connection 2 is invalidated: server closed the connection");
        CHECK(log.lines().at(5) == "debug shop: connection 2 closed: invalidated");
    }
    CHECK(log.lines().size() == 6);
    engine.connect().close();
    engine.dispose();
    const auto lines = log.lines();
    REQUIRE(lines.size() == 8);
    CHECK(lines[6] == "debug shop: connection 3 opened");
    CHECK(lines[7] == "debug shop: connection 3 closed: outdated");
}

TEST_CASE("At the level a logger has by default, the pool says nothing while all is well") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    const Redirected log(pool_logger, spdlog::level::info);
    engine.connect().execute("SELECT 1");
    engine.dispose();
    CHECK(log.lines().empty());
}

TEST_CASE("A reset that fails is a warning of the pool's") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_reset_session = true, .name = "shop"});
    Connection c = engine.connect();
    c.execute("SET x = 1");
    c.commit();
    script->on_run = [](const std::string&) { throw_syntax_error(); };
    const Redirected log(pool_logger, spdlog::level::warn);
    c.close();
    REQUIRE(log.lines().size() == 1);
    CHECK(log.lines()[0] == "warning shop: connection 1 could not be reset and is closed: syntax error");
}

TEST_CASE("A password is never logged, whatever happens") {
    on_each(servers, [](Database& database) {
        const User user(database, "sociable_log_test", secret);
        const Engine first = create_engine("sqlite://");  // makes the loggers
        const Redirected engine_log(engine_logger);
        const Redirected pool_log(pool_logger);
        {
            Engine engine = create_engine(user.url(), {.pool_pre_ping = true, .echo = Echo::values});
            engine.connect().execute("SELECT 1");
            {
                Connection c = engine.connect();
                database.kill(c);
                CHECK_THROWS_AS(c.execute("SELECT 1"), DatabaseError);
            }
            engine.connect().invalidate();
            engine.dispose();
        }
        const std::string wrong = secret + "!";
        Engine engine = create_engine(user.url().with_password(wrong), {.echo = Echo::values});
        const std::string text = text_of<OperationalError>([&] { engine.connect(); });
        CHECK_FALSE(contains(text, secret));
        for (const std::string& log : {engine_log.text(), pool_log.text()}) {
            CHECK_FALSE(log.empty());
            CHECK_FALSE(contains(log, secret));
            CHECK_FALSE(contains(log, "pass%20w0rd"));
            CHECK_FALSE(contains(log, "w0rd"));
        }
    });
}
