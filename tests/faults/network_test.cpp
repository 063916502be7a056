// What networks do to connections, by a proxy between the pool and a real server.
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
    CHECK(report.recovery < 2s);
    CHECK(report.lost == 0);
}

void lasts(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

}  // namespace

TEST_CASE("fault: connections are closed in the middle of data") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        Load load(to.engine(), 8);
        for (int i = 0; i < 10; ++i) {
            to.proxy.close_all();
            load.wait_until_served();
        }
        check_promises(load.finish("closed in the middle of data, 10 times", to.name()));
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
        Load load(to.engine(), 4);
        for (const int bytes : {0, 1, 5, 20, 60, 80, 100, 150, 200, 300, 400, 500, 700, 1000}) {
            to.proxy.cut_after = bytes;
            to.proxy.close_all();
            lasts(100ms);
        }
        to.proxy.cut_after = -1;
        to.proxy.close_all();
        check_promises(load.finish("cut after 0 to 1000 bytes", to.name()));
    });
}

TEST_CASE("fault: every piece is delayed") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        Load load(to.engine(), 8);
        to.proxy.delay = 50ms;
        lasts(1s);
        to.proxy.delay = 0ms;
        const FaultReport report = load.finish("every piece delayed by 50 ms", to.name());
        check_promises(report);
        CHECK(report.error_count() == 0);
    });
}

TEST_CASE("fault: bytes trickle") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        Load load(to.engine(), 4);
        to.proxy.trickle = true;
        lasts(1500ms);
        to.proxy.trickle = false;
        check_promises(load.finish("one byte at a time for 1.5 s", to.name()));
    });
}

TEST_CASE("fault: a black hole takes what is sent and answers nothing") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        Load load(to.engine(), 8);
        to.proxy.black_hole = true;
        lasts(4s);
        to.proxy.black_hole = false;
        check_promises(load.finish("black hole for 4 s", to.name()));
    });
}

TEST_CASE("fault: what the server says is corrupted") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        Load load(to.engine(), 4);
        to.proxy.corrupt = true;
        lasts(1s);
        to.proxy.corrupt = false;
        to.proxy.close_all();  // some wait for bytes that a corrupted length has promised
        check_promises(load.finish("corrupted answers for 1 s", to.name()));
    });
}

TEST_CASE("fault: the connection is lost around COMMIT, before it arrives or before it is answered") {
    on_each(servers, [](Database& database) {
        Proxied to(database);
        to.proxy.cut_at = "COMMIT";
        Engine direct = database.engine();
        create_items(direct);
        for (const bool arrives : {false, true}) {
            Engine engine = to.engine();
            int runs = 0;
            to.proxy.cut = arrives ? TcpProxy::Cut::after : TcpProxy::Cut::before;
            const int before = count_items(direct);
            CHECK_THROWS_AS(engine.run_transaction([&](Connection& c) {
                ++runs;
                c.execute("INSERT INTO items VALUES (:id, 'x')", {{"id", arrives ? 2 : 1}});
            }),
                            CommitOutcomeUnknown);
            to.proxy.cut = TcpProxy::Cut::off;
            CHECK(runs == 1);
            wait_until([&] { return lost_connections(engine) == 0; });
            CHECK(count_items(direct) == before + (arrives ? 1 : 0));
            CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);
        }
    });
}
