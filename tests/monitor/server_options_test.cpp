#include "monitor/served.hpp"
#include "support/http.hpp"
#include "support/thrown.hpp"

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

std::string refusal(const MonitorServerOptions& options, bool has_token = false) {
    return text_of<ArgumentError>([&] { Served(echo, options, has_token); });
}

}  // namespace

TEST_CASE("a wrong option is named") {
    CHECK(contains(refusal({.address = "", .port = 0}), "option address"));
    CHECK(contains(refusal({.address = "localhost", .port = 0}), "option address"));
    CHECK(contains(refusal({.address = "127.0.0.1:80", .port = 0}), "option address"));
    CHECK(contains(refusal({.port = 0, .max_header_bytes = 0}), "option max_header_bytes"));
    CHECK(contains(refusal({.port = 0, .max_header_bytes = std::size_t(1) << 40}), "option max_header_bytes"));
    CHECK(contains(refusal({.port = 0, .max_body_bytes = std::size_t(1) << 40}), "option max_body_bytes"));
    CHECK(contains(refusal({.port = 0, .max_connections = 0}), "option max_connections"));
    CHECK(contains(refusal({.port = 0, .max_connections = -1}), "option max_connections"));
    CHECK(contains(refusal({.port = 0, .request_timeout = 0ms}), "option request_timeout"));
    CHECK(contains(refusal({.port = 0, .request_timeout = -1ms}), "option request_timeout"));
    CHECK(
        contains(refusal({.port = 0, .request_timeout = std::chrono::milliseconds::max()}), "option request_timeout"));
}

TEST_CASE("beyond loopback a monitor listens only with a token") {
    for (const char* address : {"0.0.0.0", "::", "10.1.2.3", "::ffff:127.0.0.1"}) {
        CAPTURE(address);
        const std::string why = refusal({.address = address, .port = 0});
        CHECK(contains(why, "option address"));
        CHECK(contains(why, "set a token"));
    }
    Served server(echo, {.address = "0.0.0.0", .port = 0}, true);
    CHECK(HttpClient(server.port()).get("/").status == 200);
}
