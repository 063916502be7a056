#pragma once

#include <sociable/health/server_activity.hpp>

#include <functional>

namespace sociable::health {

/// A connection as its server shows it.
struct SeenConnection {
    enum class State { active, idle, idle_in_transaction, unknown };

    std::string user, address, application;
    State state = State::unknown;
    std::optional<std::int64_t> state_us{};        ///< microseconds since it is in this state; a query's when active
    std::optional<std::int64_t> transaction_us{};  ///< since its transaction began
    bool ours = false;
    bool asking = false;
};

/// Adds up what is seen: by state, by client, and the longest of each.
void summarize(const std::vector<SeenConnection>& seen, ServerActivity& activity);

/// Runs `f(connection)`, and when the database refuses it, goes back to where the transaction was before. False when it
/// was refused. @throws DatabaseError when the connection is lost by it
bool allowed(Connection& connection, const std::function<void(Connection&)>& f);

// One for each database. They leave a transaction open that they have begun.
void see_postgresql(Connection& connection, ServerActivity& activity);
void see_mysql(Connection& connection, ServerActivity& activity);
void see_sqlite(Connection& connection, ServerActivity& activity);

}  // namespace sociable::health
