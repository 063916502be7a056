#include "monitor/routes.hpp"

#include "monitor/config_answer.hpp"
#include "monitor/health_answers.hpp"
#include "monitor/json.hpp"
#include "monitor/page.hpp"
#include "monitor/pool_answers.hpp"
#include "monitor/token.hpp"

#include <sociable/version.hpp>

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

/// The state and score of the worst come before the pools.
MonitorResponse respond_with_health(json::object body) {
    HealthState worst = HealthState::healthy;
    std::int64_t score = 100;
    for (const json::value& pool : body.at("pools").as_array()) {
        for (const HealthState state : {HealthState::warning, HealthState::error})
            if (pool.at("status").as_string() == to_string(state)) worst = std::max(worst, state);
        score = std::min(score, pool.at("score").as_int64());
    }
    body["status"] = to_string(worst);
    body["score"] = score;
    return respond(worst == HealthState::error ? 503 : 200, body);
}

/// All must be so.
bool all(const json::object& body, std::string_view field) {
    const auto& pools = body.at("pools").as_array();
    return std::all_of(pools.begin(), pools.end(), [&](const json::value& pool) { return pool.at(field).as_bool(); });
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
} catch (const std::exception&) {  // its text is nobody's business who can't read the log
    return refuse(500, "This could not be answered.");
}

json::object Routes::pools(const std::function<json::object(const Engine&, std::size_t)>& f) const {
    json::array all;
    for (std::size_t i = 0; i < engines_.size(); ++i) all.push_back(f(engines_[i], i));
    return {{"pools", std::move(all)}};
}

std::vector<DatabaseAnswer> Routes::ask_databases() const {
    for (const auto& probe : probes_) probe->begin();
    std::vector<DatabaseAnswer> answers;
    for (const auto& probe : probes_) answers.push_back(probe->ask());
    return answers;
}

MonitorResponse Routes::liveness(bool) const { return respond(200, {{"status", "ok"}}); }

MonitorResponse Routes::readiness(bool trusted) const {
    const auto answers = ask_databases();
    json::object body = pools([&](const Engine& engine, std::size_t i) {
        json::object one = monitor::readiness(engine, answers[i]);
        if (!trusted) one["name"] = nullptr;  // which may tell where the database is
        return one;
    });
    const bool ready = all(body, "ready");
    body["ready"] = ready;
    return respond(ready ? 200 : 503, body);
}

MonitorResponse Routes::database(bool) const {
    const auto answers = ask_databases();
    json::object body =
        pools([&](const Engine& engine, std::size_t i) { return monitor::database(engine, answers[i]); });
    const bool all_answer = all(body, "answers");
    body["answers"] = all_answer;
    return respond(all_answer ? 200 : 503, body);
}

MonitorResponse Routes::pool_health(bool) const {
    return respond_with_health(pools([&](const Engine& engine, std::size_t i) {
        const Pool pool = engine.pool();
        const HealthInput input{.status = pool.status(), .earlier = watch_->minute_ago(i), .holders = pool.holders()};
        return health(engine, judge(input, options_.health));
    }));
}

MonitorResponse Routes::detailed_health(bool) const {
    const auto answers = ask_databases();
    json::object body =
        pools([&](const Engine& engine, std::size_t i) { return monitor::detailed_health(engine, answers[i]); });
    body["version"] = version();
    body["uptime_seconds"] = seconds(std::chrono::steady_clock::now() - started_);
    return respond_with_health(std::move(body));
}

MonitorResponse Routes::pool_status(bool) const {
    json::object body = pools([&](const Engine& engine, std::size_t i) { return status(engine, watch_->points(i)); });
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
    const auto answers = ask_databases();
    return respond(200, pools([&](const Engine& engine, std::size_t i) {
                       AdviceInput input = advice_input(engine, options_.advice);
                       input.server = answers[i].server;
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
    const auto answers = ask_databases();
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
