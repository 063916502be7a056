#include <sociable/monitor/monitor_handler.hpp>

#include <sociable/errors/error.hpp>

namespace sociable {

class MonitorHandler::State {};

MonitorHandler::MonitorHandler(std::vector<Engine> engines, MonitorOptions) : state_(std::make_shared<State>()) {
    if (engines.empty()) throw ArgumentError("a monitor needs an engine");
}

MonitorHandler::MonitorHandler(Engine engine, MonitorOptions options)
    : MonitorHandler(std::vector<Engine>{std::move(engine)}, std::move(options)) {}

MonitorResponse MonitorHandler::operator()(const MonitorRequest& request) const {
    if (request.target == "/health") return {.body = "{\"status\":\"ok\"}"};
    return {.status = 404, .body = "{\"error\":\"nothing is here\"}"};
}

bool MonitorHandler::is_quick(std::string_view target) noexcept { return target == "/health"; }

}  // namespace sociable
