// What every request meets: connections that are kept or not, headers, methods, addresses.
#include "monitor/served.hpp"
#include "support/http.hpp"
#include "support/redirected.hpp"
#include "support/thrown.hpp"

#include <sociable/monitor/monitor.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <system_error>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

Engine nobody() { return create_engine("postgresql://nobody@127.0.0.1:1/nothing"); }

}  // namespace

TEST_CASE("a monitor answers while its database does not") {
    Monitor monitor(nobody(), {}, {.port = 0});
    CHECK(monitor.port() != 0);
    CHECK(monitor.url() == "http://127.0.0.1:" + std::to_string(monitor.port()) + "/");
    const HttpAnswer answer = HttpClient(monitor.port()).get("/health");
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"status":"ok"})");
}

TEST_CASE("every answer has its length and type, is not to be kept, and tells no version") {
    Served server(echo);
    const HttpAnswer answer = HttpClient(server.port()).get("/x");
    CHECK(answer.headers.at("content-length") == std::to_string(answer.body.size()));
    CHECK(answer.headers.at("content-type") == "application/json");
    CHECK(answer.headers.at("cache-control") == "no-store");
    CHECK(answer.headers.at("x-content-type-options") == "nosniff");
    CHECK_FALSE(answer.headers.contains("server"));
    CHECK_FALSE(answer.headers.contains("content-security-policy"));
}

TEST_CASE("a page may run its own script, fetch from where it came, and nothing else") {
    Served server([](const MonitorRequest&) { return MonitorResponse{.content_type = "text/html; charset=utf-8"}; });
    const std::string policy = HttpClient(server.port()).get("/").headers.at("content-security-policy");
    CHECK(contains(policy, "default-src 'none'"));
    CHECK(contains(policy, "connect-src 'self'"));
    CHECK(contains(policy, "frame-ancestors 'none'"));
}

TEST_CASE("the headers of an answer are sent, and the request's credentials reach who answers") {
    Served server([](const MonitorRequest& request) {
        return MonitorResponse{.status = 401,
                               .headers = {{"WWW-Authenticate", "Bearer"}},
                               .body = '"' + std::string(request.authorization) + '"'};
    });
    const HttpAnswer answer = HttpClient(server.port()).get("/", "authorization: Bearer abc\r\n");
    CHECK(answer.status == 401);
    CHECK(answer.headers.at("www-authenticate") == "Bearer");
    CHECK(answer.body == "\"Bearer abc\"");
}

TEST_CASE("a connection is kept, for quick answers and slow ones") {
    Served server(echo);
    HttpClient client(server.port());
    for (int i = 0; i < 3; ++i) {
        CHECK(client.get("/" + std::to_string(i)).body == "\"GET /" + std::to_string(i) + "\"");
        CHECK(client.get("/slow").headers.at("connection") == "keep-alive");
    }
    CHECK(client.get("/", "Connection: close\r\n").headers.at("connection") == "close");
    CHECK(client.is_closed());
}

TEST_CASE("HTTP/1.0 needs no Host, and its connections are kept only when asked for") {
    Served server(echo, on_any_port(), false);
    HttpClient client(server.port());
    for (int i = 0; i < 2; ++i) {
        client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        const auto answer = client.receive();
        REQUIRE(answer);
        CHECK(answer->headers.at("connection") == "keep-alive");
    }
    client.send("GET / HTTP/1.0\r\n\r\n");
    CHECK(client.receive()->status == 200);
    CHECK(client.is_closed());
}

TEST_CASE("requests that are sent together are answered in order") {
    Served server(echo);
    HttpClient client(server.port());
    std::string requests;
    for (int i = 0; i < 50; ++i)
        requests += "GET " + std::string(i % 2 ? "/slow" : "/") + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    client.send(requests);
    client.end_sending();
    for (int i = 0; i < 50; ++i) {
        const auto answer = client.receive();
        REQUIRE(answer);
        CHECK(answer->body == "\"GET " + std::string(i % 2 ? "/slow" : "/") + std::to_string(i) + "\"");
    }
    CHECK(client.is_closed());
}

TEST_CASE("HEAD gets what GET would get, without the body") {
    Served server(echo);
    HttpClient client(server.port());
    for (const char* target : {"/", "/slow"}) {
        client.send("HEAD " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        const auto answer = client.receive(false);
        REQUIRE(answer);
        CHECK(answer->headers.at("content-length") == std::to_string(client.get(target).body.size()));
    }
}

TEST_CASE("other methods and bodies reach who answers, and leave the connection as it was") {
    Served server(echo);
    HttpClient client(server.port());
    client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
    CHECK(client.receive()->body == "\"POST /a\"");
    client.send("PUT /b HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    CHECK(client.receive()->body == "\"PUT /b\"");
    CHECK(client.get("/c").body == "\"GET /c\"");
}

TEST_CASE("a target may name the server, as proxies are sent it") {
    Served server(echo);
    HttpClient client(server.port());
    client.send("GET http://shop.example/a?b HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(client.receive()->body == "\"GET /a?b\"");
    client.send("GET http://shop.example HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(client.receive()->body == "\"GET /\"");
}

TEST_CASE("a monitor listens on IPv6, and its URL has brackets") {
    const Socket probe(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    if (bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        MESSAGE("this machine has no IPv6");
        return;
    }
    Monitor monitor(nobody(), {}, {.address = "::1", .port = 0});
    CHECK(monitor.url() == "http://[::1]:" + std::to_string(monitor.port()) + "/");
    const Socket client(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    address.sin6_port = htons(monitor.port());
    REQUIRE(connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    client.write("GET /health HTTP/1.1\r\nHost: [::1]:" + std::to_string(monitor.port()) +
                 "\r\nConnection: close\r\n\r\n");
    CHECK(client.read().starts_with("HTTP/1.1 200 "));
}

TEST_CASE("a port that is taken is told with its address") {
    Monitor first(nobody(), {}, {.port = 0});
    try {
        Monitor second(nobody(), {}, {.port = first.port()});
        FAIL("two monitors on one port");
    } catch (const std::system_error& e) {
        CHECK(e.code() == std::errc::address_in_use);
        CHECK(contains(e.what(), "127.0.0.1"));
        CHECK(contains(e.what(), std::to_string(first.port())));
    }
    CHECK(HttpClient(first.port()).get("/health").status == 200);
}

TEST_CASE("a port is free for the next monitor as soon as the last one has stopped") {
    std::uint16_t port = 0;
    for (int i = 0; i < 20; ++i) {
        Monitor monitor(nobody(), {}, {.port = port});
        port = monitor.port();
        CHECK(HttpClient(port).get("/health").status == 200);
    }
}

TEST_CASE("many monitors may live at once") {
    std::vector<std::unique_ptr<Monitor>> monitors;
    for (int i = 0; i < 10; ++i)
        monitors.push_back(std::make_unique<Monitor>(nobody(), MonitorOptions{}, MonitorServerOptions{.port = 0}));
    for (const auto& monitor : monitors) CHECK(HttpClient(monitor->port()).get("/health").status == 200);
}

TEST_CASE("start and end are logged, and a token never") {
    Monitor(nobody(), {}, {.port = 0}).stop();  // has made the logger
    const Redirected log(monitor_logger);
    std::string url;
    {
        Monitor monitor(nobody(), {.token = "s3cret-token"}, {.port = 0});
        url = monitor.url();
        HttpClient(monitor.port()).get("/config", "Authorization: Bearer s3cret-token\r\n");
        HttpClient(monitor.port()).send("s3cret-token\r\n\r\n");
    }
    CHECK(contains(log.text(), "info the monitor listens on " + url));
    CHECK(contains(log.text(), "info the monitor on " + url + " has stopped"));
    CHECK_FALSE(contains(log.text(), "s3cret"));
}

TEST_CASE("an error that follows a HEAD on its connection has a body") {
    Served server(echo);
    HttpClient client(server.port());
    client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(client.receive(false));
    client.send("rubbish\r\n\r\n");
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->status == 400);
    CHECK(answer->body.starts_with("{\"error\":"));
}

TEST_CASE("a database may take no longer than a request") {
    CHECK_THROWS_AS(Monitor(create_engine("sqlite://"), {.database_timeout = 6s}, {.port = 0}), ArgumentError);
}
