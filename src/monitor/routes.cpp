#include "monitor/routes.hpp"

#include "log/log.hpp"
#include "monitor/config_answer.hpp"
#include "monitor/health_answers.hpp"
#include "monitor/json.hpp"
#include "monitor/page.hpp"
#include "monitor/pool_answers.hpp"
#include "monitor/token.hpp"

#include <sociable/version.hpp>

#include <spdlog/logger.h>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <exception>
#include <new>

namespace sociable::monitor {

namespace {

enum class Guard { none, token, token_unless_open_metrics };

MonitorResponse respond(int status, const json::object& body) {
    return {.status = status, .body = json::serialize(body)};
}

MonitorResponse refuse(int status, std::string_view why) { return respond(status, {{"error", why}}); }

std::string version() {
    return std::to_string(SOCIABLE_VERSION_MAJOR) + '.' + std::to_string(SOCIABLE_VERSION_MINOR) + '.' +
           std::to_string(SOCIABLE_VERSION_PATCH);
}

/// The state and the score of the worst come before the pools.
MonitorResponse respond_with_health(json::object body, const std::vector<Health>& of_each) {
    HealthState worst = HealthState::healthy;
    int score = 100;
    for (const Health& health : of_each) {
        worst = std::max(worst, health.state);
        score = std::min(score, health.score);
    }
    body["status"] = to_string(worst);
    body["score"] = score;
    return respond(worst == HealthState::error ? 503 : 200, body);
}

}  // namespace

struct Routes::Route {
    std::string_view path;
    Guard guard;
    bool quick;  ///< asks no database
    /// What it is called with tells whether the request is trusted: it has brought the token, or none is needed.
    MonitorResponse (Routes::*answer)(bool trusted) const;
};

const Routes::Route* Routes::find(std::string_view target) noexcept {
    static constexpr Route routes[] = {
        {"/", Guard::none, true, &Routes::page},
        {"/health", Guard::none, true, &Routes::liveness},
        {"/health/ready", Guard::none, false, &Routes::readiness},
        {"/health/database", Guard::token, false, &Routes::database},
        {"/health/pool", Guard::token, true, &Routes::pool_health},
        {"/health/detailed", Guard::token, false, &Routes::detailed_health},
        {"/pool/status", Guard::token, true, &Routes::pool_status},
        {"/pool/connections", Guard::token, true, &Routes::pool_connections},
        {"/pool/holders", Guard::token, true, &Routes::pool_holders},
        {"/pool/advice", Guard::token, false, &Routes::pool_advice},
        {"/config", Guard::token, true, &Routes::config},
        {"/metrics", Guard::token_unless_open_metrics, false, &Routes::metrics},
    };
    const std::string_view path = target.substr(0, target.find_first_of("?#"));
    for (const Route& route : routes)
        if (route.path == (path.empty() ? "/" : path)) return &route;
    return nullptr;
}

bool Routes::is_quick(std::string_view target) noexcept {
    const Route* route = find(target);
    return !route || route->quick;
}

Routes::Routes(std::vector<Engine> engines, MonitorOptions options)
    : engines_(std::move(engines)), options_(std::move(options)), watch_(std::make_shared<const Watch>(engines_)) {
    // Made now: a database's answer may come at the end of the process, when no logger can be made any more.
    log::monitor();
    for (std::size_t i = 0; i < engines_.size(); ++i)
        probes_.push_back(std::make_unique<DatabaseProbe>(engines_[i], watch_, i, options_));
}

MonitorResponse Routes::answer(const MonitorRequest& request) const try {
    const Route* route = find(request.target);
    if (!route) return refuse(404, "There is no such path.");
    if (request.method != "GET" && request.method != "HEAD") {
        MonitorResponse response = refuse(405, "Only GET and HEAD are answered.");
        response.headers.emplace_back("Allow", "GET, HEAD");
        return response;
    }
    const bool trusted = options_.token.empty() || brings_token(request.authorization, options_.token);
    const bool open =
        route->guard == Guard::none || (route->guard == Guard::token_unless_open_metrics && options_.open_metrics);
    if (!trusted && !open) {
        MonitorResponse response =
            refuse(401, request.authorization.empty() ? "A bearer token is needed." : "The bearer token is wrong.");
        response.headers.emplace_back("WWW-Authenticate", "Bearer");
        return response;
    }
    return (this->*route->answer)(trusted);
} catch (const std::bad_alloc&) {
    throw;
} catch (const std::exception& e) {  // its text is nobody's business who can't read the log
    log::monitor().error("{} could not be answered: {}", request.target, e.what());
    return refuse(500, "This could not be answered.");
}

json::object Routes::pools(const std::function<json::object(const Engine&, std::size_t)>& f) const {
    json::array all;
    for (std::size_t i = 0; i < engines_.size(); ++i) all.push_back(f(engines_[i], i));
    return {{"pools", std::move(all)}};
}

std::vector<DatabaseAnswer> Routes::ask_databases(DatabaseProbe::Want want) const {
    for (const auto& probe : probes_) probe->begin();
    std::vector<DatabaseAnswer> answers;
    for (const auto& probe : probes_) answers.push_back(probe->ask(want));
    return answers;
}

MonitorResponse Routes::liveness(bool) const { return respond(200, {{"status", "ok"}}); }

MonitorResponse Routes::readiness(bool trusted) const {
    const auto answers = ask_databases(DatabaseProbe::Want::round_trip);
    bool ready = ready_;
    json::object body = pools([&](const Engine& engine, std::size_t i) {
        json::array reasons = why_not_ready(answers[i]);
        ready = ready && reasons.empty();
        json::object one{{"name", text(engine.name())}, {"ready", reasons.empty()}, {"reasons", std::move(reasons)}};
        if (!trusted) one["name"] = nullptr;  // which may tell where the database is
        return one;
    });
    body["ready"] = ready;
    body["reasons"] = ready_ ? json::array() : json::array{"The service says that it is not ready."};
    return respond(ready ? 200 : 503, body);
}

MonitorResponse Routes::database(bool) const {
    const auto answers = ask_databases(DatabaseProbe::Want::server);
    json::object body =
        pools([&](const Engine& engine, std::size_t i) { return monitor::database(engine, answers[i]); });
    const auto any = [&](std::optional<bool> what) {
        return std::any_of(answers.begin(), answers.end(),
                           [&](const DatabaseAnswer& answer) { return answer.answers == what; });
    };
    const bool silent = any(false);
    body["answers"] = silent ? json::value(false) : any(std::nullopt) ? json::value() : json::value(true);
    return respond(silent ? 503 : 200, body);
}

MonitorResponse Routes::pool_health(bool) const {
    std::vector<Health> of_each;
    json::object body = pools([&](const Engine& engine, std::size_t i) {
        const Pool pool = engine.pool();
        const HealthInput input{.status = pool.status(), .earlier = watch_->minute_ago(i), .holders = pool.holders()};
        of_each.push_back(judge(input, options_.health));
        return health(engine, of_each.back());
    });
    return respond_with_health(std::move(body), of_each);
}

MonitorResponse Routes::detailed_health(bool) const {
    std::vector<Health> of_each;
    const auto answers = ask_databases(DatabaseProbe::Want::server);
    json::object body = pools([&](const Engine& engine, std::size_t i) {
        of_each.push_back(answers[i].health);
        return monitor::detailed_health(engine, answers[i]);
    });
    body["version"] = version();
    body["uptime_seconds"] = seconds(std::chrono::steady_clock::now() - started_);
    return respond_with_health(std::move(body), of_each);
}

MonitorResponse Routes::pool_status(bool) const {
    json::object body = pools([&](const Engine& engine, std::size_t i) { return status(engine, *watch_, i); });
    body["time"] = seconds(std::chrono::system_clock::now().time_since_epoch());
    return respond(200, body);
}

MonitorResponse Routes::pool_connections(bool) const {
    return respond(200, pools([](const Engine& engine, std::size_t) { return connections(engine); }));
}

MonitorResponse Routes::pool_holders(bool) const {
    return respond(200, pools([](const Engine& engine, std::size_t) { return holders(engine); }));
}

MonitorResponse Routes::pool_advice(bool) const {
    const auto answers = ask_databases(DatabaseProbe::Want::server);
    return respond(200, pools([&](const Engine& engine, std::size_t i) {
                       AdviceInput input = advice_input(engine, options_.advice);
                       input.server = answers[i].server;
                       input.options.min_samples += probes_[i]->own_uses();
                       AdviceReport report = advise(input);
                       if (!input.server) report.basis += "; the server was not seen: " + answers[i].error;
                       return advice(engine, report);
                   }));
}

MonitorResponse Routes::config(bool) const {
    json::object body = pools([](const Engine& engine, std::size_t) { return monitor::config(engine); });
    body["version"] = version();
    body["monitor"] = monitor::config(options_);
    return respond(200, body);
}

MonitorResponse Routes::metrics(bool) const {
    const auto answers = ask_databases(DatabaseProbe::Want::server);
    std::vector<PoolReading> readings;
    for (std::size_t i = 0; i < engines_.size(); ++i) {
        PoolReading reading = reading_of(engines_[i].pool());
        if (const auto& server = answers[i].server; server && !server->sqlite)
            reading.server_connections = {{"active", server->connections.active},
                                          {"idle", server->connections.idle},
                                          {"idle in transaction", server->connections.idle_in_transaction},
                                          {"unknown", server->connections.unknown}};
        readings.push_back(std::move(reading));
    }
    return {.content_type = std::string(prometheus_content_type),
            .body = prometheus_metrics(readings, options_.metrics)};
}

MonitorResponse Routes::page(bool) const {
    return {.content_type = "text/html; charset=utf-8", .body = std::string(monitor::page())};
}

}  // namespace sociable::monitor
