#include "support/load.hpp"
#include "support/own_server.hpp"
#include "support/tcp_proxy.hpp"
#include "support/threads.hpp"

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

TEST_CASE("fault: the PostgreSQL primary dies under load, and its standby is promoted") {
    OwnServer primary(Kind::postgresql);
    OwnServer standby = OwnServer::standby_of(primary);
    // The name that follows the primary.
    TcpProxy name(primary.url().port().value());
    const Url url = primary.url().with_port(static_cast<std::uint16_t>(name.port()));
    EngineOptions options = Load::options();
    options.pool_require_primary = true;
    Engine engine = create_engine(url, options);
    engine.begin([](Connection& c) { c.execute("CREATE TABLE writes (id serial PRIMARY KEY)"); });
    wait_until([&] {
        try {
            Engine there = create_engine(standby.url());
            there.connect().execute("SELECT count(*) FROM writes");
            return true;
        } catch (const ProgrammingError&) {
            return false;
        }
    });

    Load load(engine, 8, [](Connection& c) { c.execute("INSERT INTO writes DEFAULT VALUES"); });
    // First the name moves, and the standby takes no writes yet: nobody is given one of its connections.
    name.set_target(standby.url().port().value());
    primary.kill();
    name.close_all();
    load.wait_for_error();
    std::this_thread::sleep_for(500ms);
    Engine there = create_engine(standby.url(), {.isolation_level = IsolationLevel::autocommit});
    there.connect().execute("SELECT pg_promote(true, 30)");
    const FaultReport report = load.finish("standby promoted under load", "postgresql");
    CHECK(report.recovery < 2s);
    CHECK(report.lost == 0);
    CHECK(report.longest_wait <= Load::longest_allowed);
    CHECK(report.errors.count("database") == 0);  // no write was sent to a standby
}

TEST_CASE("connections that sat idle on a server which became a standby are not handed out to write") {
    OwnServer primary(Kind::postgresql);
    OwnServer standby = OwnServer::standby_of(primary);
    EngineOptions options = Load::options();
    options.pool_require_primary = true;
    options.pool_connect_retries = 0;
    Engine engine = create_engine(standby.url(), options);
    CHECK_THROWS_WITH_AS(engine.connect(), doctest::Contains("standby"), OperationalError);
    // Without the option a write tells, and costs the connection.
    options.pool_require_primary = false;
    Engine careless = create_engine(standby.url(), options);
    std::uint64_t id = 0;
    try {
        careless.begin([&](Connection& c) {
            id = c.connection_id();
            c.execute("CREATE TABLE t (id integer)");
        });
        FAIL("no error");
    } catch (const DatabaseError& e) {
        CHECK(e.sqlstate() == "25006");
        CHECK(e.is_retryable());
    }
    CHECK(careless.connect().connection_id() != id);
    CHECK(lost_connections(careless) == 0);
}
