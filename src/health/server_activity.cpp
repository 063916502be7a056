#include <sociable/health/server_activity.hpp>

#include "health/seen_connection.hpp"
#include "health/text.hpp"

#include <sociable/errors/database_error.hpp>

#include <algorithm>
#include <map>
#include <ostream>
#include <sstream>
#include <tuple>

namespace sociable {

namespace health {

namespace {

void count(ConnectionStates& states, SeenConnection::State state) {
    switch (state) {
        case SeenConnection::State::active: ++states.active; return;
        case SeenConnection::State::idle: ++states.idle; return;
        case SeenConnection::State::idle_in_transaction: ++states.idle_in_transaction; return;
        case SeenConnection::State::unknown: ++states.unknown; return;
    }
}

void lengthen(std::optional<std::chrono::microseconds>& longest, std::optional<std::int64_t> us) {
    // Clocks that are set back, and an hour that comes twice a year, make negative times.
    if (us) longest = std::max(longest.value_or(std::chrono::microseconds(0)), std::chrono::microseconds(*us));
}

}  // namespace

void summarize(const std::vector<SeenConnection>& seen, ServerActivity& activity) {
    std::map<std::tuple<std::string, std::string, std::string>, ConnectionStates> clients;
    for (const SeenConnection& each : seen) {
        count(activity.connections, each.state);
        if (each.ours) count(activity.ours, each.state);
        count(clients[{each.user, each.address, each.application}], each.state);
        if (each.asking) continue;
        lengthen(activity.longest_transaction, each.transaction_us);
        if (each.state == SeenConnection::State::active) lengthen(activity.longest_query, each.state_us);
        if (each.state == SeenConnection::State::idle_in_transaction)
            lengthen(activity.longest_idle_in_transaction, each.state_us);
    }
    for (const auto& [client, states] : clients)
        activity.clients.push_back({std::get<0>(client), std::get<1>(client), std::get<2>(client), states});
    std::stable_sort(activity.clients.begin(), activity.clients.end(),
                     [](const auto& a, const auto& b) { return a.connections.total() > b.connections.total(); });
}

bool allowed(Connection& connection, const std::function<void(Connection&)>& f) try {
    if (connection.isolation_level() == IsolationLevel::autocommit)
        f(connection);
    else
        connection.begin_nested(f);
    return true;
} catch (const DatabaseError& e) {
    if (e.is_disconnect()) throw;
    return false;
}

}  // namespace health

ServerActivity server_activity(Connection& connection) {
    const bool in_transaction = connection.in_transaction();
    ServerActivity activity;
    const auto see = [&] {
        if (connection.dialect_name() == "postgresql") return health::see_postgresql(connection, activity);
        if (connection.dialect_name() == "mysql") return health::see_mysql(connection, activity);
        health::see_sqlite(connection, activity);
    };
    try {
        see();
    } catch (...) {
        if (!in_transaction) connection.rollback();
        throw;
    }
    if (!in_transaction) connection.rollback();
    return activity;
}

std::optional<double> ServerActivity::our_share() const noexcept {
    if (!max_connections || *max_connections < 1) return std::nullopt;
    return static_cast<double>(ours.total()) / *max_connections;
}

std::optional<double> ServerActivity::share_taken() const noexcept {
    if (!max_connections || *max_connections < 1) return std::nullopt;
    return static_cast<double>(connections.total()) / *max_connections;
}

std::string to_string(const ConnectionStates& s) {
    std::string text = health::count_of(s.total(), "connection") + ": " + std::to_string(s.active) + " active, " +
                       std::to_string(s.idle) + " idle, " + std::to_string(s.idle_in_transaction) +
                       " idle in transaction";
    if (s.unknown != 0) text += ", " + std::to_string(s.unknown) + " unknown";
    return text;
}

std::string to_string(const ServerActivity& a) {
    std::ostringstream out;
    if (a.sqlite) {
        const SqliteActivity& s = *a.sqlite;
        out << "SQLite " << (s.file.empty() ? "in memory" : s.file) << ": " << health::bytes(s.database_bytes())
            << " in pages of " << s.page_size << ", journal " << s.journal_mode << ", cache "
            << health::bytes(s.cache_bytes) << ", busy timeout " << health::text(s.busy_timeout) << '\n';
        if (s.wal_bytes) out << "  write-ahead log " << health::bytes(*s.wal_bytes) << '\n';
    } else {
        out << to_string(a.connections) << '\n' << "  ours: " << to_string(a.ours) << '\n';
        if (a.max_connections) out << "  max_connections " << *a.max_connections << '\n';
        const auto row = [&out](const char* label, const auto& time) {
            if (time) out << "  " << label << ' ' << health::text(*time) << '\n';
        };
        row("longest query", a.longest_query);
        row("longest transaction", a.longest_transaction);
        row("longest idle in transaction", a.longest_idle_in_transaction);
        for (const ClientActivity& client : a.clients) {
            out << "  " << client.user << (client.address.empty() ? "" : " from ") << client.address;
            if (!client.application.empty()) out << " (" << client.application << ')';
            out << ": " << to_string(client.connections) << '\n';
        }
    }
    for (const std::string& sentence : a.unseen) out << "  not seen: " << sentence << '\n';
    return out.str();
}

std::ostream& operator<<(std::ostream& out, const ServerActivity& activity) { return out << to_string(activity); }

}  // namespace sociable
