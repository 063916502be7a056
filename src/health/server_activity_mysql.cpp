#include "health/seen_connection.hpp"

#include <algorithm>
#include <map>

namespace sociable::health {

namespace {

using State = SeenConnection::State;

/// Since when each thread has a transaction, in microseconds.
using Transactions = std::map<std::int64_t, std::int64_t>;

// When a transaction began is told in the server's own time zone.
constexpr auto transactions_sql = R"(
SELECT trx_mysql_thread_id,
       timestampdiff(MICROSECOND, trx_started, convert_tz(utc_timestamp(6), '+00:00', 'SYSTEM'))
  FROM information_schema.innodb_trx)";

std::optional<Transactions> transactions(Connection& connection) {
    Transactions found;
    const bool seen = allowed(connection, [&](Connection& c) {
        for (auto [thread, us] : c.execute(transactions_sql).rows<std::int64_t, std::optional<std::int64_t>>())
            found[thread] = us.value_or(0);
    });
    return seen ? std::optional(found) : std::nullopt;
}

/// MariaDB tells milliseconds, MySQL only seconds.
std::string connections_sql(bool mariadb) {
    return std::string("SELECT p.id, p.user, p.host, p.command, cast(") +
           (mariadb ? "p.time_ms * 1000" : "p.time * 1000000") +
           " AS signed), p.user = me.user AND p.db <=> me.db, me.host, p.id = me.id"
           "  FROM information_schema.processlist p, information_schema.processlist me"
           " WHERE me.id = connection_id()";
}

/// "10.0.0.7:51234" is a connection from 10.0.0.7.
std::string without_port(const std::string& host) {
    const auto colon = host.rfind(':');
    const bool port = colon != host.npos && host.find_first_not_of("0123456789", colon + 1) == host.npos;
    return port ? host.substr(0, colon) : host;
}

bool is_client(const std::string& user, const std::string& command) {
    return user != "system user" && user != "event_scheduler" && command != "Daemon" && command != "Binlog Dump";
}

State state_of(const std::string& command, bool in_transaction) {
    if (command == "Connect") return State::unknown;  // not let in yet
    if (command != "Sleep") return State::active;
    return in_transaction ? State::idle_in_transaction : State::idle;
}

void see_connections(Connection& c, const Transactions& transactions, ServerActivity& activity) {
    const auto version = c.execute("SELECT version()").scalar<std::string>();
    std::vector<SeenConnection> seen;
    for (auto [id, user, host, command, us, same_login, own_host, asking] :
         c.execute(connections_sql(version.find("MariaDB") != version.npos))
             .rows<std::int64_t, std::string, std::string, std::string, std::int64_t, bool, std::string, bool>()) {
        if (!is_client(user, command)) continue;
        const auto transaction = transactions.find(id);
        const bool in_transaction = transaction != transactions.end();
        const std::string address = without_port(host);
        seen.push_back({user,
                        address,
                        {},
                        state_of(command, in_transaction),
                        us,
                        in_transaction ? std::optional(transaction->second) : std::nullopt,
                        same_login && address == without_port(own_host),
                        asking});
    }
    summarize(seen, activity);
}

/// Those that the process list hides are counted all the same.
void count_hidden(Connection& connection, ServerActivity& activity) {
    allowed(connection, [&](Connection& c) {
        const Row row = c.execute("SHOW GLOBAL STATUS LIKE 'Threads_connected'").all().at(0);
        activity.connections.unknown += std::max(row.get<int>(1) - activity.connections.total(), 0);
    });
}

void see_settings(Connection& c, ServerActivity& activity) {
    const auto [most, idle] =
        c.execute("SELECT @@global.max_connections, @@wait_timeout").one<std::tuple<int, std::int64_t>>();
    activity.max_connections = most;
    activity.reserved_connections = 0;  // what is kept for administrators comes on top
    activity.idle_timeout = std::chrono::seconds(idle);
}

}  // namespace

void see_mysql(Connection& connection, ServerActivity& activity) {
    const auto open = transactions(connection);
    if (!open) activity.unseen.push_back("transactions, and connections of others: that takes the privilege PROCESS");
    if (!allowed(connection, [&](Connection& c) { see_connections(c, open.value_or(Transactions{}), activity); }))
        activity.unseen.push_back("connections: the process list can't be read");
    if (!open) count_hidden(connection, activity);
    if (!allowed(connection, [&](Connection& c) { see_settings(c, activity); }))
        activity.unseen.push_back("max_connections: the settings can't be read");
}

}  // namespace sociable::health
