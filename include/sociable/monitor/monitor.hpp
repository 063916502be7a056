#pragma once

#include <sociable/monitor/monitor_handler.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sociable {

namespace monitor {
class HttpServer;
}

/// How a monitor listens.
struct MonitorServerOptions {
    /// An address of this machine. Beyond loopback only with a token.
    std::string address = "127.0.0.1";
    /// 0: any that is free, which Monitor::port() tells.
    std::uint16_t port = 9464;
    /// Of a request's line and headers together. More is answered with 431.
    std::size_t max_header_bytes = 8192;
    /// Requests need no body; one that is longer is answered with 413, one of unknown length with 411.
    std::size_t max_body_bytes = 1024;
    /// One more is answered with 503, and closed.
    int max_connections = 64;
    /// For receiving a request, for answering it, and for sending the answer, each; and how long an idle connection is
    /// kept. Above zero.
    std::chrono::milliseconds request_timeout{5000};
};

/// An HTTP server on the loopback interface that shows how engines are:
///
///     sociable::Monitor monitor(engine);  // http://127.0.0.1:9464/
///
/// It answers on a thread of its own, and what must ask a database on another, so that /health answers while a database
/// doesn't. There is no TLS: beyond this machine it belongs behind a proxy that has it.
///
/// Object lifetimes: keeps handles of the engines. Its destructor stops it.
/// Thread safety: every member may be called by several threads at once. After fork() the child has none.
class Monitor {
public:
    /// Listens from here on. @throws ArgumentError for a wrong option, or an address beyond loopback without a token;
    /// std::system_error when the address or the port can't be had
    explicit Monitor(Engine engine, MonitorOptions options = {}, MonitorServerOptions server = {});
    explicit Monitor(std::vector<Engine> engines, MonitorOptions options = {}, MonitorServerOptions server = {});
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;
    ~Monitor();

    std::uint16_t port() const noexcept;
    /// "http://127.0.0.1:9464/"
    std::string url() const;

    /// See MonitorHandler::set_ready().
    void set_ready(bool ready) noexcept;

    /// Closes the port at once, lets answers under way be sent, for up to request_timeout, and closes the connections.
    /// An answer that then still waits for a database is waited for, up to database_timeout. Harmless when stopped.
    void stop() noexcept;

private:
    MonitorHandler handler_;
    std::unique_ptr<monitor::HttpServer> server_;
};

}  // namespace sociable
