#pragma once

#include "monitor/http_server.hpp"

#include <string>

namespace sociable::test {

using Answer = std::function<MonitorResponse(const MonitorRequest&)>;

/// Options for a port that is free.
inline MonitorServerOptions on_any_port(std::chrono::milliseconds request_timeout = std::chrono::seconds(10)) {
    return {.port = 0, .request_timeout = request_timeout};
}

/// A server whose answers are a test's; those to targets that begin with /slow are asked for on the other thread.
class Served : public monitor::HttpServer {
public:
    explicit Served(Answer answer, const MonitorServerOptions& options = on_any_port(), bool has_token = true)
        : HttpServer({std::move(answer), [](std::string_view target) { return !target.starts_with("/slow"); }}, options,
                     has_token) {}
};

/// Tells what was asked for.
inline MonitorResponse echo(const MonitorRequest& request) {
    return {.body = '"' + std::string(request.method) + ' ' + std::string(request.target) + '"'};
}

}  // namespace sociable::test
