#include <sociable/monitor/monitor_handler.hpp>

#include "monitor/routes.hpp"
#include "pool/fork_epoch.hpp"

#include <sociable/errors/error.hpp>

#include <algorithm>
#include <atomic>
#include <set>

namespace sociable {

namespace {

void check(const std::vector<Engine>& engines, const MonitorOptions& options) {
    if (engines.empty()) throw ArgumentError("a monitor needs an engine");
    std::set<std::string> names;
    for (const Engine& engine : engines)
        if (!names.insert(engine.name()).second)
            throw ArgumentError("a monitor can't tell apart two engines named '" + engine.name() +
                                "'; give them names by EngineOptions::name");
    const auto is_printable = [](char c) { return c > ' ' && c < '\x7f'; };
    if (!std::all_of(options.token.begin(), options.token.end(), is_printable))
        throw ArgumentError(
            "option token: has a character that an HTTP header can't carry; valid is printable ASCII "
            "without blanks");
    if (options.open_metrics && options.token.empty())
        throw ArgumentError("option open_metrics: means nothing without a token");
    if (options.database_timeout <= std::chrono::milliseconds::zero())
        throw ArgumentError("option database_timeout: is " + std::to_string(options.database_timeout.count()) +
                            " ms; valid are 1 ms and more");
    if (options.database_max_age < std::chrono::milliseconds::zero())
        throw ArgumentError("option database_max_age: is " + std::to_string(options.database_max_age.count()) +
                            " ms; valid are 0 ms and more");
}

/// What a child of the process has let go of; in sight, or the last would look like a leak.
std::atomic<const monitor::Routes*> abandoned{nullptr};

}  // namespace

MonitorHandler::MonitorHandler(std::vector<Engine> engines, MonitorOptions options) {
    check(engines, options);
    auto routes = std::make_unique<const monitor::Routes>(std::move(engines), std::move(options));
    routes_ = {routes.release(), [epoch = pool::fork_epoch()](const monitor::Routes* old) {
                   // A thread that only the parent has may be in the middle of it.
                   if (epoch == pool::fork_epoch())
                       delete old;
                   else
                       abandoned = old;
               }};
}

MonitorHandler::MonitorHandler(Engine engine, MonitorOptions options)
    : MonitorHandler(std::vector<Engine>{std::move(engine)}, std::move(options)) {}

MonitorResponse MonitorHandler::operator()(const MonitorRequest& request) const { return routes_->answer(request); }

void MonitorHandler::set_ready(bool ready) const noexcept { routes_->set_ready(ready); }

bool MonitorHandler::is_quick(std::string_view target) noexcept { return monitor::Routes::is_quick(target); }

}  // namespace sociable
