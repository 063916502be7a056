// Whatever is sent: the right status and a short JSON error, and the server goes on.
#include "monitor/served.hpp"
#include "support/http.hpp"
#include "support/redirected.hpp"
#include "support/thrown.hpp"

#include <boost/json/parse.hpp>

#include <random>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

/// The statuses of all that is answered before the server closes.
std::vector<int> statuses_for(int port, std::string_view bytes) {
    HttpClient client(port);
    client.send(bytes);
    client.end_sending();
    std::vector<int> statuses;
    try {
        while (const auto answer = client.receive()) {
            statuses.push_back(answer->status);
            CHECK_NOTHROW(boost::json::parse(answer->body));
        }
    } catch (const std::out_of_range&) {
        FAIL("an answer has no length");
    }
    return statuses;
}

std::string mutated(std::string text, std::minstd_rand& random) {
    const auto at = [&] { return random() % (text.size() + 1); };
    const std::string pieces[] = {"\r\n",
                                  "\r",
                                  "\n",
                                  std::string(1, '\0'),
                                  ":",
                                  " ",
                                  "\xff",
                                  "Content-Length: 3\r\n",
                                  "Transfer-Encoding: chunked\r\n",
                                  "Host: x\r\n",
                                  "HTTP/1.1",
                                  "\t",
                                  "%",
                                  "99999999999"};
    for (auto times = random() % 4 + 1; times > 0; --times) {
        switch (random() % 4) {
            case 0: text.insert(at(), pieces[random() % std::size(pieces)]); break;
            case 1: text.erase(at(), random() % 8); break;
            case 2:
                if (!text.empty()) text[random() % text.size()] = static_cast<char>(random() % 256);
                break;
            default: text.insert(at(), text.substr(at(), random() % 40));
        }
    }
    return text;
}

}  // namespace

TEST_CASE("what is no request is answered with 400, and then the connection is closed") {
    Served server(echo);
    const std::string host = "Host: x\r\n";
    for (const std::string& bytes : std::vector<std::string>{
             std::string("nonsense\r\n\r\n"),
             std::string("GET\r\n\r\n"),
             std::string("GET /\r\n\r\n"),
             "GET / HTTP/1.1 \r\n" + host + "\r\n",
             "GET / HTTP/2.0\r\n" + host + "\r\n",
             "GET / HTTP/0.9\r\n" + host + "\r\n",
             "GET / http/1.1\r\n" + host + "\r\n",
             "GET  / HTTP/1.1\r\n" + host + "\r\n",
             "GET /a b HTTP/1.1\r\n" + host + "\r\n",
             "G@T@ / HTTP/1.1\r\nHo st: x\r\n\r\n",
             std::string("GET / HTTP/1.1\r\n\r\n"),
             "GET / HTTP/1.1\r\n" + host + host + "\r\n",
             "GET / HTTP/1.1\r\n" + host + "no colon\r\n\r\n",
             "GET / HTTP/1.1\r\n" + host + ": no name\r\n\r\n",
             "GET / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
             "GET / HTTP/1.1\r\n" + host + "Content-Length: x\r\n\r\n",
             "GET / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
             "GET / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             std::string("GET /\0 HTTP/1.1\r\n\r\n", 20),
             std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15),  // TLS
             std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
         }) {
        CAPTURE(bytes);
        CHECK(statuses_for(server.port(), bytes) == std::vector{400});
    }
    CHECK(HttpClient(server.port()).get("/").status == 200);
}

TEST_CASE("what was answered before stays answered when the next request is none") {
    Served server(echo);
    CHECK(statuses_for(server.port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\nrubbish\r\n\r\nGET / HTTP/1.1\r\n") ==
          std::vector{200, 400});
}

TEST_CASE("an error repeats nothing of the request") {
    Served server(echo);
    HttpClient client(server.port());
    client.send("GET /s3cret HTTP/7.7\r\nAuthorization: Bearer s3cret\r\ns3cret\r\n\r\n");
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->status == 400);
    CHECK_FALSE(contains(answer->body, "s3cret"));
    CHECK(answer->body.size() < 100);
}

TEST_CASE("an answer that throws becomes 500, without what was thrown, and the server goes on") {
    Served server([](const MonitorRequest& request) -> MonitorResponse {
        if (request.target == "/fine") return echo(request);
        if (request.target.ends_with("int")) throw 42;
        throw std::runtime_error("the password is s3cret");
    });
    const Redirected log(monitor_logger);
    HttpClient client(server.port());
    for (const char* target : {"/", "/slow", "/int", "/slow/int"}) {
        const HttpAnswer answer = client.get(target);
        CHECK(answer.status == 500);
        CHECK(answer.body.starts_with("{\"error\":\""));
        CHECK_FALSE(contains(answer.body, "s3cret"));
    }
    CHECK(client.get("/fine").status == 200);
    CHECK(contains(log.text(), "error a request could not be answered"));
}

TEST_CASE("thousands of damaged requests get an answer or an end each, and the server is well afterwards") {
    Served server(echo, on_any_port(5s), false);
    std::minstd_rand random(4711);
    const std::string whole[] = {
        "GET /slow HTTP/1.1\r\nHost: localhost:80\r\nAuthorization: Bearer x\r\nConnection: keep-alive\r\n\r\n",
        "POST /a?b=c HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 5\r\n\r\nhello",
        "PUT / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n",
        "HEAD http://localhost/ HTTP/1.0\r\n\r\n",
    };
    int answers = 0;
    for (int i = 0; i < 4000; ++i) {
        const Socket socket = HttpClient(server.port()).take();
        socket.write(mutated(whole[random() % std::size(whole)], random));
        shutdown(socket, SHUT_WR);
        const std::string text = socket.read();
        if (!text.empty()) {
            ++answers;
            CHECK(text.starts_with("HTTP/1.1 "));
        }
    }
    CHECK(answers > 1000);
    CHECK(HttpClient(server.port()).get("/slow").status == 200);
}
