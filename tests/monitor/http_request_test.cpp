// Requests come in whatever pieces the network makes of them.
#include "monitor/http_request.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace sociable::monitor;

namespace {

const std::string three =
    "GET /a HTTP/1.1\r\nHost: one\r\nAuthorization: Bearer x\r\n\r\n"
    "POST /b HTTP/1.1\r\nHost: two\r\nContent-Length: 3\r\n\r\nabc"
    "HEAD /c HTTP/1.0\r\n\r\n";

std::string described(const HttpRequest& request) {
    return request.method + ' ' + request.target + ' ' + request.host.value_or("-") + ' ' + request.authorization +
           (request.keep_alive ? " keep" : " close");
}

std::vector<std::string> read_in_pieces_of(std::size_t size) {
    HttpRequestReader reader(1000, 100);
    std::vector<std::string> requests;
    for (std::size_t at = 0; at < three.size(); at += size) {
        reader.add(std::string_view(three).substr(at, size));
        while (const auto request = reader.next()) requests.push_back(described(*request));
    }
    CHECK_FALSE(reader.has_begun());
    return requests;
}

int status_of(const std::string& text, std::size_t max_header_bytes = 1000) {
    HttpRequestReader reader(max_header_bytes, 10);
    try {
        for (const char c : text) {
            reader.add({&c, 1});
            if (reader.next()) return 200;
        }
    } catch (const HttpError& e) {
        return e.status();
    }
    return 0;
}

}  // namespace

TEST_CASE("requests are the same in pieces of every size") {
    for (std::size_t size = 1; size <= three.size(); ++size) {
        CAPTURE(size);
        CHECK(read_in_pieces_of(size) ==
              std::vector<std::string>{"GET /a one Bearer x keep", "POST /b two  keep", "HEAD /c -  close"});
    }
}

TEST_CASE("errors are the same byte by byte") {
    CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\n\r\n") == 200);
    CHECK(status_of("GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(status_of("rubbish and more\r\n\r\n") == 400);
    CHECK(status_of("GET /" + std::string(2000, 'x')) == 431);
    CHECK(status_of("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n") == 413);
    for (const std::string coding : {"chunked", "gzip, chunked", "chunked, identity", "xchunked", "gzip", "identity"}) {
        CAPTURE(coding);
        CHECK(status_of("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + coding + "\r\n\r\n") == 411);
        CHECK(status_of("GET / HTTP/1.0\r\nTransfer-Encoding: " + coding + "\r\n\r\n") == 411);
    }
    CHECK(status_of("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123") == 0);
}
