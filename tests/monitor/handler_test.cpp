// The function from request to response, without a server: who may ask for what, and how.
#include "support/database.hpp"
#include "support/thrown.hpp"

#include <sociable/monitor/monitor_handler.hpp>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

Engine nowhere() { return create_engine("postgresql://app:s3cret@127.0.0.1:1/shop", {.pool_connect_retries = 0}); }

constexpr std::string_view guarded[] = {"/health/database", "/health/pool",      "/health/detailed",
                                        "/pool/status",     "/pool/connections", "/pool/holders",
                                        "/pool/advice",     "/config",           "/metrics"};

std::string header(const MonitorResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
        if (key == name) return value;
    return {};
}

}  // namespace

TEST_CASE("liveness is answered without a database") {
    const MonitorHandler handler(nowhere(), {.token = "sesame"});
    const MonitorResponse response = handler({.target = "/health"});
    CHECK(response.status == 200);
    CHECK(response.body == R"({"status":"ok"})");
    CHECK(MonitorHandler::is_quick("/health"));
}

TEST_CASE("without the token there is liveness, readiness and the page, and nothing else") {
    const MonitorHandler handler(nowhere(), {.token = "sesame"});
    CHECK(handler({.target = "/health"}).status == 200);
    CHECK(handler({.target = "/health/ready"}).status == 503);
    CHECK(handler({.target = "/"}).status == 200);
    for (const std::string_view path : guarded) {
        CAPTURE(path);
        for (const std::string_view wrong :
             {"", "sesame", "Bearer", "Bearer ", "Bearer sesam", "Bearer sesame ", "Bearer sesamesesame",
              "Bearer  sesame", "Basic sesame", "Bearer SESAME"}) {
            CAPTURE(wrong);
            const MonitorResponse response = handler({.target = path, .authorization = wrong});
            CHECK(response.status == 401);
            CHECK(header(response, "WWW-Authenticate") == "Bearer");
            CHECK(response.body.starts_with("{\"error\":\""));
            CHECK(response.body.find("sesame") == std::string::npos);
        }
        const int right = handler({.target = path, .authorization = "bearer sesame"}).status;
        CHECK((right == 200 || right == 503));
    }
}

TEST_CASE("metrics may be open to all") {
    const MonitorHandler handler(nowhere(), {.token = "sesame", .open_metrics = true});
    CHECK(handler({.target = "/metrics"}).status == 200);
    CHECK(handler({.target = "/pool/status"}).status == 401);
}

TEST_CASE("who isn't trusted learns by readiness nothing about the database") {
    const MonitorHandler handler(nowhere(), {.token = "sesame"});
    const std::string strangers = handler({.target = "/health/ready"}).body;
    CHECK(strangers.find("127.0.0.1") == std::string::npos);
    CHECK(strangers.find("shop") == std::string::npos);
    const std::string friends = handler({.target = "/health/ready", .authorization = "Bearer sesame"}).body;
    CHECK(friends.find("postgresql://127.0.0.1") != std::string::npos);
}

TEST_CASE("no answer has the password in it") {
    const MonitorHandler handler(nowhere());
    for (const std::string_view path : guarded)
        CHECK(handler({.target = path}).body.find("s3cret") == std::string::npos);
}

TEST_CASE("unknown paths and wrong methods get a short error") {
    const MonitorHandler handler(nowhere());
    for (const std::string_view path : {"/nowhere", "/health/", "/pool", "/pool/status/", "//", "/../etc/passwd",
                                        "/health%2Fpool", "*", "http://a/health", "/HEALTH", "\xff"}) {
        CAPTURE(path);
        const MonitorResponse response = handler({.target = path});
        CHECK(response.status == 404);
        CHECK(response.body == R"({"error":"There is no such path."})");
        CHECK(MonitorHandler::is_quick(path));
    }
    for (const std::string_view method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", ""}) {
        CAPTURE(method);
        const MonitorResponse response = handler({.method = method, .target = "/pool/status"});
        CHECK(response.status == 405);
        CHECK(header(response, "Allow") == "GET, HEAD");
    }
    CHECK(handler({.method = "HEAD", .target = "/health"}).body == handler({.target = "/health"}).body);
    CHECK(handler({.target = "/health?now=1"}).status == 200);
}

TEST_CASE("the page is one file that brings all it needs") {
    const MonitorHandler handler(nowhere());
    for (const std::string_view path : {"/", "", "/?"}) {
        const MonitorResponse response = handler({.target = path});
        CHECK(response.status == 200);
        CHECK(response.content_type == "text/html; charset=utf-8");
        CHECK(response.body.starts_with("<!"));
    }
}

TEST_CASE("wrong options of a monitor are refused by name") {
    const auto refused = [](const MonitorOptions& options) {
        return std::string(thrown<ArgumentError>([&] { MonitorHandler handler(nowhere(), options); }).what());
    };
    CHECK(refused({.token = "two words"}).starts_with("option token: "));
    CHECK(refused({.token = "new\nline"}).find("new") == std::string::npos);
    CHECK(refused({.open_metrics = true}).starts_with("option open_metrics: "));
    CHECK(refused({.database_timeout = 0ms}).starts_with("option database_timeout: "));
    CHECK(refused({.database_max_age = -1ms}).starts_with("option database_max_age: "));
}
