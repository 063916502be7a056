#pragma once

#include <sociable/engine/engine.hpp>
#include <sociable/monitor/monitor_options.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sociable {

namespace monitor {
class Routes;
}

/// What a monitor must know of an HTTP request.
struct MonitorRequest {
    std::string_view method = "GET";
    std::string_view target = "/";     ///< the path, and what follows it; where it is mounted taken off
    std::string_view authorization{};  ///< the header of that name
};

/// What is to be sent back.
struct MonitorResponse {
    int status = 200;
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers{};  ///< others, such as Allow
    std::string body{};  ///< for HEAD as well, so that its length can be told; it isn't sent then
};

/// A function from request to response: the monitor without its server, to be mounted into one of your own.
/// docs/monitoring.md lists the paths; the page `/` finds the others beside itself, under whatever prefix.
///
/// Who may reach it is the server's business: unlike Monitor it looks at no Host header, and without a token answers
/// everybody, also web pages that have their host name mean this machine.
///
/// Reads the pools once a second, on a thread of its own, for the page's last 15 minutes.
///
/// Object lifetimes: copies share everything. Keeps handles of the engines; what they are asked may outlast the last
/// copy by as long as a database takes to answer.
/// Thread safety: may be called by several threads at once. After fork() the child needs one of its own.
class MonitorHandler {
public:
    /// @throws ArgumentError for no engine, two of one name, or a wrong option; std::system_error when there is no
    /// thread to be had
    explicit MonitorHandler(std::vector<Engine> engines, MonitorOptions options = {});
    explicit MonitorHandler(Engine engine, MonitorOptions options = {});

    /// Throws for lack of memory only: what is wrong with a request becomes a response. Paths that are_quick() take
    /// microseconds, others up to database_timeout.
    MonitorResponse operator()(const MonitorRequest& request) const;

    /// With false, /health/ready answers 503 whatever the databases do: for a service that is about to stop, so that no
    /// more requests are sent to it, or that is still starting. True at first.
    void set_ready(bool ready) const noexcept;

    /// False when the answer may have to wait for a database.
    static bool is_quick(std::string_view target) noexcept;

private:
    std::shared_ptr<const monitor::Routes> routes_;
};

}  // namespace sociable
