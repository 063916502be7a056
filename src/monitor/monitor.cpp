#include <sociable/monitor/monitor.hpp>

#include "monitor/http_server.hpp"

#include <sociable/errors/error.hpp>

#include <utility>

namespace sociable {

Monitor::Monitor(Engine engine, MonitorOptions options, MonitorServerOptions server)
    : Monitor(std::vector<Engine>{std::move(engine)}, std::move(options), std::move(server)) {}

Monitor::Monitor(std::vector<Engine> engines, MonitorOptions options, MonitorServerOptions server)
    : handler_(std::move(engines), options) {
    if (options.database_timeout > server.request_timeout)
        throw ArgumentError("option database_timeout: is " + std::to_string(options.database_timeout.count()) +
                            " ms, and no answer would be waited for that long: request_timeout is " +
                            std::to_string(server.request_timeout.count()) + " ms");
    server_ = std::make_unique<monitor::HttpServer>(monitor::HttpApplication{handler_, &MonitorHandler::is_quick},
                                                    server, !options.token.empty());
}

Monitor::~Monitor() = default;

std::uint16_t Monitor::port() const noexcept { return server_->port(); }

std::string Monitor::url() const { return server_->url(); }

void Monitor::set_ready(bool ready) noexcept { handler_.set_ready(ready); }

void Monitor::stop() noexcept { server_->stop(); }

}  // namespace sociable
