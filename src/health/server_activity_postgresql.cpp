#include "health/seen_connection.hpp"

namespace sociable::health {

namespace {

using State = SeenConnection::State;

State state_of(std::string_view state) {
    if (state == "active" || state == "fastpath function call") return State::active;
    if (state == "idle") return State::idle;
    if (state.starts_with("idle in transaction")) return State::idle_in_transaction;
    return State::unknown;  // not ours to see, or "disabled" by track_activities
}

// Of roles that we may not see there is no backend_type; what has a user and a database is a client then.
constexpr auto connections_sql = R"(
SELECT coalesce(a.usename, ''), coalesce(pg_catalog.host(a.client_addr), ''), coalesce(a.application_name, ''),
       coalesce(a.state, ''),
       cast(extract(epoch FROM pg_catalog.clock_timestamp()
                               - CASE WHEN a.state = 'active' THEN a.query_start ELSE a.state_change END) * 1000000
            AS bigint),
       cast(extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start) * 1000000 AS bigint),
       a.usesysid = me.usesysid AND a.datid = me.datid AND a.application_name = me.application_name
           AND a.client_addr IS NOT DISTINCT FROM me.client_addr,
       a.pid = me.pid
  FROM pg_catalog.pg_stat_activity a, pg_catalog.pg_stat_activity me
 WHERE me.pid = pg_catalog.pg_backend_pid()
   AND (a.backend_type = 'client backend'
        OR (a.backend_type IS NULL AND a.usesysid IS NOT NULL AND a.datid IS NOT NULL)))";

// Settings that this version hasn't got are NULL, or not there.
constexpr auto settings_sql = R"(
SELECT cast(pg_catalog.current_setting('max_connections') AS integer),
       cast(pg_catalog.current_setting('superuser_reserved_connections') AS integer)
           + coalesce(cast(pg_catalog.current_setting('reserved_connections', true) AS integer), 0),
       (SELECT cast(setting AS bigint) FROM pg_catalog.pg_settings WHERE name = 'idle_session_timeout'))";

void see_connections(Connection& c, ServerActivity& activity) {
    // In a transaction the server goes on telling what it told first.
    c.execute("SELECT pg_catalog.pg_stat_clear_snapshot()").close();
    using Us = std::optional<std::int64_t>;
    std::vector<SeenConnection> seen;
    for (auto [user, address, application, state, state_us, transaction_us, ours, asking] :
         c.execute(connections_sql)
             .rows<std::string, std::string, std::string, std::string, Us, Us, std::optional<bool>, bool>())
        seen.push_back(
            {user, address, application, state_of(state), state_us, transaction_us, ours.value_or(false), asking});
    summarize(seen, activity);
}

}  // namespace

void see_postgresql(Connection& connection, ServerActivity& activity) {
    if (!allowed(connection, [&](Connection& c) { see_connections(c, activity); }))
        activity.unseen.push_back("connections: pg_stat_activity can't be read");
    else if (activity.connections.unknown > 0)
        activity.unseen.push_back("what " + std::to_string(activity.connections.unknown) +
                                  " connections of others do: that takes the role pg_read_all_stats");
    const bool has_settings = allowed(connection, [&](Connection& c) {
        const auto [most, reserved, idle_ms] =
            c.execute(settings_sql).one<std::tuple<int, int, std::optional<std::int64_t>>>();
        activity.max_connections = most;
        activity.reserved_connections = reserved;
        if (idle_ms.value_or(0) > 0) activity.idle_timeout = std::chrono::milliseconds(*idle_ms);
    });
    if (!has_settings) activity.unseen.push_back("max_connections: the settings can't be read");
}

}  // namespace sociable::health
