#include <sociable/monitor/monitor.hpp>

#include "monitor/http_server.hpp"

#include <utility>

namespace sociable {

Monitor::Monitor(Engine engine, MonitorOptions options, MonitorServerOptions server)
    : Monitor(std::vector<Engine>{std::move(engine)}, std::move(options), std::move(server)) {}

Monitor::Monitor(std::vector<Engine> engines, MonitorOptions options, MonitorServerOptions server) {
    const bool has_token = !options.token.empty();
    server_ = std::make_unique<monitor::HttpServer>(
        monitor::HttpApplication{MonitorHandler(std::move(engines), std::move(options)), &MonitorHandler::is_quick},
        server, has_token);
}

Monitor::~Monitor() = default;

std::uint16_t Monitor::port() const noexcept { return server_->port(); }

std::string Monitor::url() const { return server_->url(); }

void Monitor::stop() noexcept { server_->stop(); }

}  // namespace sociable
