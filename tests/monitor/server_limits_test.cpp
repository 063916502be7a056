// Requests that are too long, too slow, too many; answers that take too long to make or to send.
#include "monitor/served.hpp"
#include "support/http.hpp"
#include "support/threads.hpp"
#include "support/thrown.hpp"

#include <atomic>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

/// The answer to what is sent, after which the server has to close.
HttpAnswer last_answer(int port, std::string_view bytes) {
    HttpClient client(port);
    client.send(bytes);
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->headers.at("connection") == "close");
    CHECK(answer->body.starts_with("{\"error\":\""));
    client.end_sending();
    CHECK(client.is_closed());
    return *answer;
}

/// Sends a request again and again without reading an answer, until the server takes no more.
void send_until_full(HttpClient& client) {
    const timeval timeout{0, 50000};
    setsockopt(client.socket(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    while (client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")) {
    }
}

}  // namespace

TEST_CASE("headers up to the limit are taken, longer ones are answered with 431") {
    Served server(echo, {.port = 0, .max_header_bytes = 1000});
    HttpClient client(server.port());
    CHECK(client.get("/", "X: " + std::string(900, 'x') + "\r\n").status == 200);
    CHECK(client.get("/", "X: " + std::string(900, 'x') + "\r\n").status == 200);  // counted for each request
    const std::string line = "GET / HTTP/1.1\r\nHost: x\r\n";
    CHECK(last_answer(server.port(), line + "X: " + std::string(1000, 'x') + "\r\n\r\n").status == 431);
    CHECK(last_answer(server.port(), line + "X: " + std::string(100000, 'x')).status == 431);
    CHECK(last_answer(server.port(), "GET /" + std::string(2000, 'x')).status == 431);
    std::string many = line;
    for (int i = 0; i < 1000; ++i) many += "A: b\r\n";
    CHECK(last_answer(server.port(), many).status == 431);
}

TEST_CASE("bodies up to the limit are taken, longer ones are answered with 413, those of unknown length with 411") {
    Served server(echo, {.port = 0, .max_body_bytes = 10});
    const std::string line = "POST / HTTP/1.1\r\nHost: x\r\n";
    HttpClient client(server.port());
    client.send(line + "Content-Length: 10\r\n\r\n0123456789");
    CHECK(client.receive()->status == 200);
    CHECK(last_answer(server.port(), line + "Content-Length: 11\r\n\r\n").status == 413);
    CHECK(last_answer(server.port(), line + "Content-Length: 18446744073709551615\r\n\r\n").status == 413);
    CHECK(last_answer(server.port(), line + "Transfer-Encoding: chunked\r\n\r\n").status == 411);
}

TEST_CASE("no body at all may be allowed") {
    Served server(echo, {.port = 0, .max_body_bytes = 0});
    CHECK(HttpClient(server.port()).get("/").status == 200);
    CHECK(last_answer(server.port(), "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n").status == 413);
}

TEST_CASE("one connection too many is told so, and there is room again when another has gone") {
    Served server(echo, {.port = 0, .max_connections = 2});
    HttpClient first(server.port());
    auto second = std::make_unique<HttpClient>(server.port());
    CHECK(first.get("/").status == 200);
    CHECK(second->get("/").status == 200);
    HttpClient third(server.port());
    third.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto refusal = third.receive();
    REQUIRE(refusal);
    CHECK(refusal->status == 503);
    third.end_sending();
    CHECK(third.is_closed());
    CHECK(first.get("/").status == 200);
    second.reset();
    wait_until([&] { return HttpClient(server.port()).get("/").status == 200; });
}

TEST_CASE("clients that are refused and stay cost no more than as many connections again") {
    Served server(echo, {.port = 0, .max_connections = 2, .request_timeout = 60s});
    std::vector<std::unique_ptr<HttpClient>> clients;
    for (int i = 0; i < 2; ++i) {
        clients.push_back(std::make_unique<HttpClient>(server.port()));
        CHECK(clients.back()->get("/").status == 200);
    }
    int told = 0, closed = 0;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(std::make_unique<HttpClient>(server.port()));
        if (clients.back()->receive())
            ++told;
        else
            ++closed;
    }
    CHECK(told >= 2);
    CHECK(told + closed == 20);
    CHECK(clients[0]->get("/").status == 200);
}

TEST_CASE("a request that arrives byte by byte is answered, one that never ends gets 408") {
    Served server(echo, on_any_port(300ms));
    HttpClient client(server.port());
    for (const char c : std::string("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")) client.send({&c, 1});
    CHECK(client.receive()->status == 200);
    CHECK(last_answer(server.port(), "GET / HTTP/1.1\r\nHost: x\r\n").status == 408);
    CHECK(last_answer(server.port(), "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbod").status == 408);
}

TEST_CASE("sending more bytes now and then does not win a request more time") {
    Served server(echo, on_any_port(200ms));
    HttpClient client(server.port());
    std::atomic<bool> answered{false};
    std::thread drip([&] {
        while (!answered && client.send("X")) std::this_thread::sleep_for(20ms);
    });
    const auto answer = client.receive();
    answered = true;
    drip.join();
    REQUIRE(answer);
    CHECK(answer->status == 408);
}

TEST_CASE("an idle connection is closed without a word") {
    Served server(echo, on_any_port(100ms));
    HttpClient fresh(server.port()), used(server.port());
    CHECK(used.get("/").status == 200);
    CHECK(fresh.is_closed());
    CHECK(used.is_closed());
}

TEST_CASE("a request that ends in its middle gets 400") {
    Served server(echo);
    HttpClient client(server.port());
    client.send("GET / HTT");
    client.end_sending();
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->status == 400);
    CHECK(client.is_closed());
}

TEST_CASE("an answer that takes too long becomes 503, what comes late is dropped, and others wait no longer for it") {
    Door door;
    std::atomic<int> asked{0};
    Served server(
        [&](const MonitorRequest& request) {
            ++asked;
            if (request.target == "/slow/late") door.pass();
            return echo(request);
        },
        on_any_port(200ms));
    HttpClient late(server.port()), waiting(server.port());
    late.send("GET /slow/late HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until([&] { return asked == 1; });
    waiting.send("GET /slow/queued HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(HttpClient(server.port()).get("/quick").status == 200);
    CHECK(late.receive()->status == 503);
    CHECK(waiting.receive()->status == 503);
    CHECK(late.get("/quick").body == "\"GET /quick\"");
    door.open();
    CHECK(waiting.get("/slow").body == "\"GET /slow\"");
    CHECK(late.get("/slow").body == "\"GET /slow\"");
    CHECK(asked == 5);  // nobody asked for the one that was given up while it was queued
}

TEST_CASE("a client that reads nothing is disconnected, and holds up nobody") {
    Served server([](const MonitorRequest&) { return MonitorResponse{.body = std::string(8 << 20, 'x')}; },
                  on_any_port(300ms));
    HttpClient lazy(server.port());
    lazy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const HttpAnswer answer = HttpClient(server.port()).get("/");
    CHECK(answer.body.size() == 8U << 20);
    wait_until([&] { return !lazy.send("X"); });
}

TEST_CASE("a client that only sends is held up by its own unread answers") {
    Served server([](const MonitorRequest&) { return MonitorResponse{.body = std::string(100000, 'x')}; },
                  on_any_port(300ms));
    HttpClient greedy(server.port());
    send_until_full(greedy);
    CHECK(HttpClient(server.port()).get("/").status == 200);
}
