// The function from request to response, without a server.
#include "support/database.hpp"

#include <sociable/monitor/monitor_handler.hpp>

using namespace sociable;
using namespace sociable::test;

TEST_CASE("liveness is answered without a database") {
    const MonitorHandler handler(create_engine("postgresql://nobody@127.0.0.1:1/nothing"));
    const MonitorResponse response = handler({.target = "/health"});
    CHECK(response.status == 200);
    CHECK(response.body == R"({"status":"ok"})");
}
