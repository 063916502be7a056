#include "monitor/health_answers.hpp"

#include "monitor/json.hpp"

#include <algorithm>

namespace sociable::monitor {

namespace {

json::object states(const ConnectionStates& s) {
    return {{"active", s.active},
            {"idle", s.idle},
            {"idle_in_transaction", s.idle_in_transaction},
            {"unknown", s.unknown},
            {"total", s.total()}};
}

json::value sqlite(const std::optional<SqliteActivity>& s) {
    if (!s) return {};
    return {{"file", text(s->file)},
            {"journal_mode", text(s->journal_mode)},
            {"page_size", s->page_size},
            {"page_count", s->page_count},
            {"database_bytes", s->database_bytes()},
            {"cache_bytes", s->cache_bytes},
            {"wal_bytes", number(s->wal_bytes)},
            {"busy_timeout_seconds", seconds(s->busy_timeout)}};
}

json::value server(const std::optional<ServerActivity>& s) {
    if (!s) return {};
    json::array clients;
    for (const ClientActivity& client : s->clients)
        clients.push_back({{"user", text(client.user)},
                           {"address", text(client.address)},
                           {"application", text(client.application)},
                           {"connections", states(client.connections)}});
    json::array unseen;
    for (const std::string& sentence : s->unseen) unseen.push_back(text(sentence));
    return {{"connections", states(s->connections)},
            {"ours", states(s->ours)},
            {"clients", std::move(clients)},
            {"longest_query_seconds", seconds(s->longest_query)},
            {"longest_transaction_seconds", seconds(s->longest_transaction)},
            {"longest_idle_in_transaction_seconds", seconds(s->longest_idle_in_transaction)},
            {"max_connections", number(s->max_connections)},
            {"reserved_connections", number(s->reserved_connections)},
            {"share_taken", number(s->share_taken())},
            {"our_share", number(s->our_share())},
            {"idle_timeout_seconds", seconds(s->idle_timeout)},
            {"sqlite", sqlite(s->sqlite)},
            {"unseen", std::move(unseen)}};
}

json::value asked_ago(const DatabaseAnswer& answer) {
    if (!answer.asked_at) return {};
    return seconds(std::chrono::steady_clock::now() - *answer.asked_at);
}

}  // namespace

json::array why_not_ready(const DatabaseAnswer& answer) {
    json::array reasons;
    for (const HealthReason& reason : answer.health.reasons) {
        if (reason.state != HealthState::error) continue;
        if (reason.cause == HealthCause::suspended) reasons.emplace_back("The pool is suspended.");
        if (reason.cause == HealthCause::round_trip_failed) reasons.emplace_back("The database does not answer.");
        if (reason.cause == HealthCause::slow_round_trip) reasons.emplace_back("The database answers too slowly.");
        if (reason.cause == HealthCause::waiting) reasons.emplace_back("Callers wait too long for a connection.");
    }
    return reasons;
}

json::object database(const Engine& engine, const DatabaseAnswer& answer) {
    return {{"name", text(engine.name())},
            {"dialect", engine.dialect_name()},
            {"answers", answer.answers ? json::value(*answer.answers) : json::value()},
            {"round_trip_seconds", seconds(answer.health.round_trip)},
            {"error", answer.error.empty() ? json::value() : text(answer.error)},
            {"asked_seconds_ago", asked_ago(answer)},
            {"server", server(answer.server)}};
}

json::object health(const Engine& engine, const Health& health) {
    json::array parts;
    for (const ScorePart& part : health.parts)
        parts.push_back({{"name", text(part.name)}, {"points", part.points}, {"of", part.of}});
    json::array reasons;
    for (const HealthReason& reason : health.reasons)
        reasons.push_back({{"status", to_string(reason.state)},
                           {"cause", to_string(reason.cause)},
                           {"value", reason.value},
                           {"limit", reason.limit},
                           {"text", text(reason.text)}});
    return {{"name", text(engine.name())},   {"status", to_string(health.state)},
            {"score", health.score},         {"parts", std::move(parts)},
            {"reasons", std::move(reasons)}, {"round_trip_seconds", seconds(health.round_trip)}};
}

json::object detailed_health(const Engine& engine, const DatabaseAnswer& answer) {
    json::object one = health(engine, answer.health);
    one["server"] = server(answer.server);
    one["asked_seconds_ago"] = asked_ago(answer);
    return one;
}

json::object advice(const Engine& engine, const AdviceReport& report) {
    json::array all;
    for (const Advice& each : report.advice)
        all.push_back({{"option", text(each.option)},
                       {"current", text(each.current)},
                       {"proposed", text(each.proposed)},
                       {"evidence", text(each.evidence)},
                       {"benefit", text(each.benefit)}});
    return {{"name", text(engine.name())},
            {"enough_samples", report.enough_samples},
            {"basis", text(report.basis)},
            {"advice", std::move(all)}};
}

}  // namespace sociable::monitor
