#pragma once

#include <sociable/engine/connection.hpp>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace sociable {

/// How many of a server's connections are in which state.
struct ConnectionStates {
    int active = 0;               ///< a statement runs
    int idle = 0;                 ///< between transactions
    int idle_in_transaction = 0;  ///< between the statements of a transaction, also of one that has failed
    int unknown = 0;              ///< there, but the server doesn't tell us what it does

    int total() const noexcept { return active + idle + idle_in_transaction + unknown; }
    bool operator==(const ConnectionStates&) const = default;
};

/// The connections of one client: a user from an address, on PostgreSQL also by its application_name.
struct ClientActivity {
    std::string user;
    std::string address;      ///< without the port; empty for a local socket, or when it can't be seen
    std::string application;  ///< empty on MariaDB
    ConnectionStates connections{};
};

/// What there is to know of an SQLite database, which has no server.
struct SqliteActivity {
    std::string file;          ///< empty in memory
    std::string journal_mode;  ///< "wal", "delete", "memory", ...
    std::int64_t page_size = 0;
    std::int64_t page_count = 0;
    std::int64_t cache_bytes = 0;             ///< that the page cache of each connection may take
    std::optional<std::int64_t> wal_bytes{};  ///< of the write-ahead log, where there is one
    std::chrono::milliseconds busy_timeout{0};

    std::int64_t database_bytes() const noexcept { return page_size * page_count; }
};

/// What the database's server sees, at one moment. What can't be seen is left empty, and `unseen` says so.
struct ServerActivity {
    ConnectionStates connections{};  ///< of all clients; the one that asks is among them, as active
    /// Of them, ours: of the same user, database and address as the connection that asks, on PostgreSQL also of the
    /// same application_name. Other processes of the same configuration on this machine count as well.
    ConnectionStates ours{};
    std::vector<ClientActivity> clients{};  ///< with the most connections first

    /// The longest under way, of all that are seen, without those of the connection that asks.
    std::optional<std::chrono::microseconds> longest_query{};
    std::optional<std::chrono::microseconds> longest_transaction{};
    std::optional<std::chrono::microseconds> longest_idle_in_transaction{};  ///< since its last statement

    std::optional<int> max_connections{};
    std::optional<int> reserved_connections{};  ///< of them, for superusers (and, from PostgreSQL 16 on, for a role)
    /// An idle connection is closed by the server after this: MariaDB's wait_timeout, PostgreSQL's
    /// idle_session_timeout. None: never.
    std::optional<std::chrono::milliseconds> idle_timeout{};

    std::optional<SqliteActivity> sqlite{};
    std::vector<std::string> unseen{};  ///< sentences for people

    /// Our part of max_connections, from 0 to 1, if that is known.
    std::optional<double> our_share() const noexcept;
    /// The part of max_connections that is taken, by anybody.
    std::optional<double> share_taken() const noexcept;
};

/// Asks the server, by two to four short statements: PostgreSQL's pg_stat_activity, MariaDB's and MySQL's
/// information_schema (processlist, innodb_trx), SQLite's pragmas. Background processes of the server don't count.
/// MariaDB goes on telling the same of transactions until nobody has asked for 0.1 s.
///
/// A missing privilege is no error: PostgreSQL shows others' states to members of pg_read_all_stats (pg_monitor),
/// MariaDB others' connections, and all transactions, to those with PROCESS.
///
/// The connection is left as it was: in its transaction, or in none. Works in any isolation level.
/// @throws DatabaseError when the connection is lost; InvalidRequestError when it is closed, or its transaction failed
ServerActivity server_activity(Connection& connection);

/// "12 connections: 3 active, 8 idle, 1 idle in transaction"
std::string to_string(const ConnectionStates& states);
/// A table for people.
std::string to_string(const ServerActivity& activity);
std::ostream& operator<<(std::ostream& out, const ServerActivity& activity);

}  // namespace sociable
