#include "support/callers.hpp"
#include "support/load.hpp"
#include "support/own_server.hpp"
#include "support/tcp_proxy.hpp"
#include "support/threads.hpp"

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

/// The standby has what the primary has.
void wait_for_table(const OwnServer& standby, const std::string& table) {
    wait_until([&] {
        try {
            Engine there = create_engine(standby.url());
            there.connect().execute("SELECT count(*) FROM " + table);
            return true;
        } catch (const ProgrammingError&) {
            return false;
        }
    });
}

void promote(const OwnServer& standby) {
    Engine there = create_engine(standby.url(), {.isolation_level = IsolationLevel::autocommit});
    there.connect().execute("SELECT pg_promote(true, 30)");
}

/// The writes that a standby refused, by connection.
class RefusedWrites {
public:
    void insert(Connection& c) {
        const std::uint64_t id = c.connection_id();
        try {
            c.execute("INSERT INTO writes DEFAULT VALUES");
        } catch (const DatabaseError& e) {
            if (is_refused_write(e)) {
                const std::lock_guard lock(mutex_);
                ++refused_[id];
            }
            throw;
        }
    }
    int connections() const {
        const std::lock_guard lock(mutex_);
        return static_cast<int>(refused_.size());
    }
    int most_of_one() const {
        const std::lock_guard lock(mutex_);
        int most = 0;
        for (const auto& [id, count] : refused_) most = std::max(most, count);
        return most;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::uint64_t, int> refused_;
};

void fail_over(bool require_primary) {
    OwnServer primary(Kind::postgresql);
    OwnServer standby = OwnServer::standby_of(primary);
    // The name that follows the primary.
    TcpProxy name(primary.url().port().value());
    const Url url = primary.url().with_port(static_cast<std::uint16_t>(name.port()));
    EngineOptions options = Load::options();
    options.pool_require_primary = require_primary;
    Engine engine = create_engine(url, options);
    engine.begin([](Connection& c) { c.execute("CREATE TABLE writes (id serial PRIMARY KEY)"); });
    wait_for_table(standby, "writes");

    RefusedWrites refused;
    Load load(engine, 8, [&](Connection& c) { refused.insert(c); });
    // First the name moves, and the standby takes no writes yet.
    name.set_target(standby.url().port().value());
    primary.kill();
    name.close_all();
    load.wait_for_error();
    std::this_thread::sleep_for(500ms);
    promote(standby);
    const FaultReport report =
        load.finish(require_primary ? "standby promoted under load, primary required" : "standby promoted under load",
                    "postgresql");
    CHECK(report.recovery < longest_recovery);
    CHECK(report.lost == 0);
    CHECK(report.longest_wait <= Load::longest_allowed);
    if (require_primary) {
        CHECK(refused.connections() == 0);  // nobody was given one of the standby's connections
        CHECK(report.errors.count("read-only") == 0);
    } else {
        CHECK(refused.connections() > 0);  // else the check above could not fail
        CHECK(refused.most_of_one() == 1);
        CHECK(report.errors.at("read-only") == refused.connections());
    }
}

}  // namespace

TEST_CASE("fault: the PostgreSQL primary dies under load, and its standby is promoted: no write reaches a standby") {
    fail_over(true);
}

TEST_CASE(
    "fault: its standby is promoted, and no primary is required: each connection to it costs at most one refused "
    "write") {
    fail_over(false);
}

TEST_CASE("connections that sat idle while their server became a standby are not handed out to write: PostgreSQL") {
    OwnServer server(Kind::postgresql);
    EngineOptions options = Load::options();
    options.pool_connect_retries = 0;
    options.pool_ping_after_idle = 1h;  // what the socket tells must do
    Engine careless = create_engine(server.url(), options);
    options.pool_require_primary = true;
    Engine careful = create_engine(server.url(), options);
    careful.begin([](Connection& c) { c.execute("CREATE TABLE writes (id serial PRIMARY KEY)"); });
    for (Engine* engine : {&careful, &careless}) {
        std::vector<Connection> idle;
        for (int i = 0; i < 3; ++i) idle.push_back(engine->connect());
    }
    REQUIRE(careful.pool().status().checked_in == 3);
    REQUIRE(careless.pool().status().checked_in == 3);

    server.kill();
    server.make_standby();
    server.launch();
    // Two each, so that the pool's breaker stays out of it.
    for (int i = 0; i < 2; ++i) CHECK_THROWS_WITH_AS(careful.connect(), doctest::Contains("standby"), OperationalError);
    CHECK(careful.pool().status().checked_in == 0);
    RefusedWrites refused;
    for (int i = 0; i < 3; ++i)
        CHECK_THROWS_AS(careless.begin([&](Connection& c) { refused.insert(c); }), DatabaseError);
    CHECK(refused.connections() == 3);  // a new one each time
    CHECK(refused.most_of_one() == 1);

    promote(server);
    for (Engine* engine : {&careful, &careless}) {
        engine->begin([&](Connection& c) { refused.insert(c); });
        CHECK(lost_connections(*engine) == 0);
    }
    CHECK(careful.connect().execute("SELECT count(*) FROM writes").scalar<int>() == 2);
}

TEST_CASE("connections that sat idle while their server became read-only cost one refused write in all: MariaDB") {
    OwnServer server(Kind::mysql);
    Engine root = create_engine(server.url(), {.isolation_level = IsolationLevel::autocommit});
    Connection admin = root.connect();
    admin.execute("CREATE TABLE writes (id integer AUTO_INCREMENT PRIMARY KEY)");
    admin.execute("CREATE USER plain@'%' IDENTIFIED BY 'pw'");  // root may always write
    admin.execute("GRANT ALL ON sociable.* TO plain@'%'");
    Engine engine = create_engine(server.url().with_user("plain").with_password("pw"), Load::options());
    const auto take_four = [&] {
        std::vector<std::uint64_t> ids;
        std::vector<Connection> all;
        for (int i = 0; i < 4; ++i) {
            all.push_back(engine.connect());
            ids.push_back(all.back().connection_id());
        }
        return ids;
    };
    const std::vector<std::uint64_t> before = take_four();
    REQUIRE(engine.pool().status().checked_in == 4);

    admin.execute("SET GLOBAL read_only = 1");
    Callers callers;
    CHECK_FALSE(callers.see([&] {
        Connection c = callers.connect(engine);
        c.execute("INSERT INTO writes VALUES ()");
    }));
    // The host name follows the primary: what is opened now takes writes, and the other three are not tried.
    admin.execute("SET GLOBAL read_only = 0");
    for (const std::uint64_t id : take_four()) CHECK(std::find(before.begin(), before.end(), id) == before.end());
    CHECK(callers.see([&] { engine.begin([](Connection& c) { c.execute("INSERT INTO writes VALUES ()"); }); }));
    callers.recover(engine);
    const FaultReport report = callers.finish("server read-only while 4 connections are idle", "mysql");
    CHECK(report.errors == std::map<std::string, int>{{"read-only", 1}});
    CHECK(report.lost == 0);
}
