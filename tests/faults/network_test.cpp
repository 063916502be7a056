// What networks do to connections, by a proxy between the pool and a real server.
#include "support/callers.hpp"
#include "support/load.hpp"
#include "support/tcp_proxy.hpp"
#include "support/threads.hpp"

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

/// A database behind a proxy.
struct Proxied {
    explicit Proxied(Database& d)
        : database(d),
          proxy(d.url().port().value()),
          url(d.url().with_port(static_cast<std::uint16_t>(proxy.port()))) {}

    Engine engine() const { return create_engine(url, Load::options()); }
    std::string name() const { return to_string(database.kind()); }

    Database& database;
    TcpProxy proxy;
    Url url;
};

/// Nobody waits longer than its timeout allows, and nothing is lost.
void check_promises(const FaultReport& report) {
    CHECK(report.longest_wait <= Load::longest_allowed);
    CHECK(report.recovery < longest_recovery);
    CHECK(report.lost == 0);
}

void lasts(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

constexpr int big_rows = 20, big_size = 100'000;

/// Reads rows of 100 kB, 2 MB in all: most of a caller's time a result is under way.
class BigResults {
public:
    explicit BigResults(const Database& database)
        : sql_("SELECT repeat('x', " + std::to_string(big_size) + ") FROM " +
               (database.kind() == Kind::mysql ? "seq_1_to_" + std::to_string(big_rows)
                                               : "generate_series(1, " + std::to_string(big_rows) + ")")) {}

    void read(Connection& c) {
        std::size_t size = 0;
        try {
            for (const std::string& text : c.execute(sql_).rows<std::string>()) size += text.size();
        } catch (const DatabaseError& e) {
            if (e.is_disconnect()) ++broken_;
            throw;
        }
        if (size != std::size_t{big_rows} * big_size) ++cut_short_;  // a part must not pass for the whole
    }
    int broken() const { return broken_; }
    int cut_short() const { return cut_short_; }

private:
    std::string sql_;
    std::atomic<int> broken_{0};
    std::atomic<int> cut_short_{0};
};

/// How long a statement takes on this connection, which is open already.
std::chrono::steady_clock::duration time_of_statement(Connection& c) {
    const auto asked = std::chrono::steady_clock::now();
    CHECK(c.execute("SELECT 1").scalar<int>() == 1);
    return std::chrono::steady_clock::now() - asked;
}

}  // namespace

TEST_CASE("fault: connections are closed in the middle of data") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        const Engine engine = to.engine();
        BigResults results(database);
        Load load(engine, 8, [&](Connection& c) { results.read(c); });
        int times = 0;
        while (results.broken() < 10) {
            to.proxy.close_all();
            load.wait_until_served();
            ++times;
        }
        const FaultReport report =
            load.finish("closed while 2 MB are read, " + std::to_string(times) + " times", to.name());
        check_promises(report);
        CHECK(report.errors.at("disconnect") >= 10);
        CHECK(results.cut_short() == 0);
        CHECK(engine.pool().status().invalidated >= 10);
    });
}

TEST_CASE("fault: every connection is cut in the middle of its first result") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        const Engine engine = to.engine();
        BigResults results(database);
        Load load(engine, 8, [&](Connection& c) { results.read(c); });
        to.proxy.cut_after = big_rows * big_size / 2;
        to.proxy.close_all();
        const int before = results.broken();
        wait_until([&] {
            lasts(1ms);
            return results.broken() >= before + 50;
        });
        to.proxy.cut_after = -1;
        to.proxy.close_all();
        const FaultReport report = load.finish("each connection cut after 1 MB of 2 MB", to.name());
        check_promises(report);
        CHECK(results.cut_short() == 0);
        CHECK(engine.pool().status().invalidated >= 50);
    });
}

TEST_CASE("fault: the server stops accepting, and what is open is closed") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        Load load(to.engine(), 8);
        to.proxy.refuse();
        to.proxy.close_all();
        load.wait_for_error();
        lasts(1500ms);
        to.proxy.accept();
        const FaultReport report = load.finish("connections refused for 1.5 s", to.name());
        check_promises(report);
        CHECK(report.error_count() > 0);
    });
}

TEST_CASE("fault: every new connection is cut after some bytes") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        const Engine engine = to.engine();
        Load load(engine, 4);
        for (const int bytes : {0, 1, 5, 20, 60, 80, 100, 150, 200, 300, 400, 500, 700, 1000}) {
            to.proxy.cut_after = bytes;
            to.proxy.close_all();
            lasts(100ms);
        }
        to.proxy.cut_after = -1;
        to.proxy.close_all();
        const FaultReport report = load.finish("cut after 0 to 1000 bytes", to.name());
        check_promises(report);
        CHECK(report.error_count() > 0);
        // Some were cut while they connected, some later.
        CHECK(engine.pool().status().connect_errors > 0);
        CHECK(engine.pool().status().invalidated > 0);
    });
}

TEST_CASE("fault: every piece is delayed") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        Engine engine = to.engine();
        Connection probe = engine.connect();
        Load load(engine, 8);
        to.proxy.delay = 50ms;
        CHECK(time_of_statement(probe) >= 100ms);  // there and back
        lasts(1s);
        to.proxy.delay = 0ms;
        probe.close();
        const FaultReport report = load.finish("every piece delayed by 50 ms", to.name());
        check_promises(report);
        CHECK(report.error_count() == 0);
    });
}

TEST_CASE("fault: bytes trickle") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        Engine engine = to.engine();
        Connection probe = engine.connect();
        Load load(engine, 4);
        to.proxy.trickle = true;
        CHECK(time_of_statement(probe) >= 20ms);  // a statement and its answer have more than 20 bytes
        lasts(1500ms);
        to.proxy.trickle = false;
        probe.close();
        check_promises(load.finish("one byte at a time for 1.5 s", to.name()));
    });
}

TEST_CASE("fault: a black hole takes what is sent and answers nothing") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        const Engine engine = to.engine();
        Load load(engine, 8);
        to.proxy.black_hole = true;
        lasts(4s);
        to.proxy.black_hole = false;
        const FaultReport report = load.finish("black hole for 4 s", to.name());
        check_promises(report);
        CHECK(report.error_count() > 0);  // eight can't sit in statements, there are six connections
    });
}

TEST_CASE("fault: what the server says is corrupted") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        const Engine engine = to.engine();
        Load load(engine, 4);
        to.proxy.corrupt = true;
        lasts(1s);
        to.proxy.corrupt = false;
        to.proxy.close_all();  // some wait for bytes that a corrupted length has promised
        check_promises(load.finish("corrupted answers for 1 s", to.name()));
        CHECK(engine.pool().status().invalidated > 0);  // before anybody saw an error, if a check has found it
    });
}

TEST_CASE("fault: a listener accepts and says nothing: a connect ends after connect_timeout, not after pool_timeout") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        to.proxy.black_hole = true;
        EngineOptions options = Load::options();
        options.pool_connect_retries = 0;
        options.pool_timeout = 30s;
        options.connect_timeout = 2s;
        Engine engine = create_engine(to.url, options);
        Callers callers;
        const auto asked = std::chrono::steady_clock::now();
        CHECK_THROWS_AS(callers.connect(engine), OperationalError);
        const auto took = std::chrono::steady_clock::now() - asked;
        CHECK(took > 1s);
        CHECK(took < 6s);
        CHECK_FALSE(callers.see([&] { callers.connect(engine); }));
        to.proxy.black_hole = false;
        callers.recover(engine);
        const FaultReport report = callers.finish("a listener that accepts and says nothing", to.name());
        CHECK(report.errors.at("disconnect") == 1);
        CHECK(report.lost == 0);
    });
}

TEST_CASE("fault: the connection is lost around COMMIT, before it arrives or before it is answered") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        to.proxy.cut_at = "COMMIT";
        Engine direct = database.engine();
        create_items(direct);
        Callers callers;
        for (const bool arrives : {false, true}) {
            Engine engine = to.engine();
            int runs = 0;
            to.proxy.cut = arrives ? TcpProxy::Cut::after : TcpProxy::Cut::before;
            const int before = count_items(direct);
            CHECK_FALSE(callers.see([&] {
                callers.run_transaction(engine, [&](Connection& c) {
                    ++runs;
                    c.execute("INSERT INTO items VALUES (:id, 'x')", {{"id", arrives ? 2 : 1}});
                });
            }));
            to.proxy.cut = TcpProxy::Cut::off;
            CHECK(runs == 1);
            callers.recover(engine);
            CHECK(count_items(direct) == before + (arrives ? 1 : 0));
        }
        const FaultReport report = callers.finish("COMMIT cut before it arrives, and before its answer", to.name());
        CHECK(report.errors == std::map<std::string, int>{{"commit unknown", 2}});
        CHECK(report.lost == 0);
    });
}
