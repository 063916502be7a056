#pragma once

#include <sociable/monitor/monitor.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace sociable::monitor {

/// What an HTTP server asks for its answers. Both are called by its threads, one call of each at a time.
struct HttpApplication {
    std::function<MonitorResponse(const MonitorRequest&)> answer;
    /// Whether the answer may be asked for on the thread that serves everybody.
    std::function<bool(std::string_view target)> is_quick;
};

/// An HTTP server for whatever answers. Monitor says what there is to know.
class HttpServer {
public:
    HttpServer(HttpApplication application, const MonitorServerOptions& options, bool has_token);
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    ~HttpServer();

    std::uint16_t port() const noexcept;
    std::string url() const;
    void stop() noexcept;

private:
    struct Running;
    void abandon() noexcept;

    std::string host_;
    std::uint16_t port_ = 0;
    unsigned epoch_;
    std::unique_ptr<Running> running_;
    std::once_flag stopped_;
};

}  // namespace sociable::monitor
