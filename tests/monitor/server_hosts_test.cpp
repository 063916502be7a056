// Without a token only requests that name the loopback interface are answered: a web page whose host name has come to
// mean 127.0.0.1 must not read figures through a browser on this machine.
#include "monitor/host.hpp"
#include "monitor/served.hpp"
#include "support/http.hpp"
#include "support/redirected.hpp"
#include "support/thrown.hpp"

using namespace sociable;
using namespace sociable::test;

namespace {

HttpAnswer answer_to(int port, const std::string& head) {
    HttpClient client(port);
    client.send(head + "\r\n\r\n");
    const auto answer = client.receive();
    REQUIRE(answer);
    return *answer;
}

}  // namespace

TEST_CASE("names and addresses of the loopback interface, with and without a port") {
    for (const char* host : {"localhost", "LocalHost", "localhost:9464", "localhost:", "127.0.0.1", "127.0.0.1:80",
                             "127.255.3.4", "[::1]", "[::1]:9464", "[0:0:0:0:0:0:0:1]"}) {
        CAPTURE(host);
        CHECK(monitor::names_loopback(host));
    }
}

TEST_CASE("other hosts are none of the loopback interface") {
    for (const char* host : {"",
                             ":80",
                             "shop.example",
                             "shop.example:9464",
                             "localhost.example",
                             "127.0.0.1.example",
                             "xlocalhost",
                             "localhost:80x",
                             "localhost:80:80",
                             "localhost@shop.example",
                             "shop.example:80@localhost",
                             "10.0.0.1",
                             "0.0.0.0",
                             "128.0.0.1",
                             "127.1",
                             "0177.0.0.1",
                             "2130706433",
                             "::1",
                             "[::1",
                             "[::1]x",
                             "[::2]",
                             "[]",
                             "[",
                             "[127.0.0.1]",
                             "[localhost]",
                             " localhost",
                             "localhost "}) {
        CAPTURE(host);
        CHECK_FALSE(monitor::names_loopback(host));
    }
    CHECK_FALSE(monitor::names_loopback({"localhost\0.example", 18}));
}

TEST_CASE("without a token, requests to another host's name are refused") {
    Served server(echo, on_any_port(), false);
    CHECK(answer_to(server.port(), "GET / HTTP/1.1\r\nHost: localhost").status == 200);
    CHECK(answer_to(server.port(), "GET / HTTP/1.1\r\nHost: 127.0.0.1:1").status == 200);
    const HttpAnswer refusal = answer_to(server.port(), "GET / HTTP/1.1\r\nHost: shop.example");
    CHECK(refusal.status == 403);
    CHECK_FALSE(contains(refusal.body, "shop.example"));
    CHECK(answer_to(server.port(), "GET / HTTP/1.0\r\nHost: shop.example").status == 403);
    CHECK(answer_to(server.port(), "GET / HTTP/1.1\r\nHost:").status == 403);
}

TEST_CASE("refused hosts are logged once") {
    Served server(echo, on_any_port(), false);
    const Redirected log(monitor_logger);
    for (int i = 0; i < 3; ++i) answer_to(server.port(), "GET / HTTP/1.1\r\nHost: shop.example");
    CHECK(log.lines().size() == 1);
    CHECK_FALSE(contains(log.text(), "shop.example"));
}

TEST_CASE("without a token, a target that names another host is refused, whatever the header says") {
    Served server(echo, on_any_port(), false);
    CHECK(answer_to(server.port(), "GET http://shop.example/ HTTP/1.1\r\nHost: localhost").status == 403);
    CHECK(answer_to(server.port(), "GET http://localhost:9464/ HTTP/1.1\r\nHost: localhost").status == 200);
}

TEST_CASE("with a token, a server has whatever name it is given") {
    Served server(echo, on_any_port(), true);
    CHECK(answer_to(server.port(), "GET / HTTP/1.1\r\nHost: shop.example").status == 200);
}
