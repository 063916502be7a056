// The port is closed at once, answers under way are sent, and nothing that hangs holds up the end for long.
#include "monitor/served.hpp"
#include "support/http.hpp"
#include "support/threads.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

bool is_open(int port) {
    try {
        HttpClient client(port);
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

}  // namespace

TEST_CASE("stopping closes the port and all connections that wait for a request") {
    Served server(echo);
    HttpClient fresh(server.port()), used(server.port()), begun(server.port());
    CHECK(used.get("/").status == 200);
    begun.send("GET / HT");
    server.stop();
    CHECK(fresh.is_closed());
    CHECK(used.is_closed());
    CHECK(begun.is_closed());
    CHECK_FALSE(is_open(server.port()));
    server.stop();  // harmless
}

TEST_CASE("an answer under way is sent before its connection is closed") {
    Door door;
    std::atomic<int> asked{0};
    Served server([&](const MonitorRequest& request) {
        ++asked;
        door.pass();
        return echo(request);
    });
    HttpClient first(server.port());
    first.send("GET /slow/1 HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until([&] { return asked == 1; });
    const auto stopped = std::async(std::launch::async, [&] { server.stop(); });
    wait_until([&] { return !is_open(server.port()); });
    door.open();
    const auto answer = first.receive();
    REQUIRE(answer);
    CHECK(answer->body == "\"GET /slow/1\"");
    CHECK(answer->headers.at("connection") == "close");
    CHECK(first.is_closed());
    stopped.wait();
}

TEST_CASE("a large answer is sent to its end while the server stops") {
    Served server([](const MonitorRequest&) { return MonitorResponse{.body = std::string(16 << 20, 'x')}; });
    HttpClient client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    std::string byte(1, ' ');
    REQUIRE(recv(client.socket(), byte.data(), 1, MSG_PEEK) == 1);
    const auto stopped = std::async(std::launch::async, [&] { server.stop(); });
    wait_until([&] { return !is_open(server.port()); });
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->body.size() == 16U << 20);
    stopped.wait();
}

TEST_CASE("an answer that hangs, and a client that reads nothing, hold up the end for the time of a request only") {
    Door door;
    std::atomic<int> asked{0};
    Served server(
        [&](const MonitorRequest& request) {
            ++asked;
            if (request.target.starts_with("/slow")) door.pass();
            return MonitorResponse{.body = std::string(16 << 20, 'x')};
        },
        on_any_port(500ms));
    HttpClient hanging(server.port()), lazy(server.port());
    lazy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    hanging.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until([&] { return asked == 2; });
    auto stopped = std::async(std::launch::async, [&] { server.stop(); });
    const auto answer = hanging.receive();
    if (answer) CHECK(answer->status == 503);  // or its time was over with that of the end
    CHECK(hanging.is_closed());
    CHECK(stopped.wait_for(50ms) == std::future_status::timeout);  // the answer is still being made
    door.open();
    stopped.wait();
}

TEST_CASE("a server may be stopped by several threads at once, and in the middle of a load") {
    for (int round = 0; round < 20; ++round) {
        Served server(echo, on_any_port(), false);
        in_parallel(6, [&](int i) {
            if (i < 2) return server.stop();
            try {
                HttpClient client(server.port());
                for (int n = 0; n < 100; ++n) client.get(n % 2 ? "/" : "/slow");
            } catch (const std::runtime_error&) {  // the end
            }
        });
        CHECK_FALSE(is_open(server.port()));
    }
}

TEST_CASE("an answer may be asked for and never be fetched") {
    Served server(echo);
    for (int i = 0; i < 200; ++i) HttpClient(server.port()).send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until([&] {  // those that have gone count until the server has noticed
        HttpClient client(server.port());
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        const auto answer = client.receive();
        return answer && answer->status == 200;
    });
}
