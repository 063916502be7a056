#pragma once

#include <sociable/dialect/isolation_level.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace sociable {

/// What holds for one connection, from its checkout to its return.
struct ConnectOptions {
    /// The isolation level of its transactions; `autocommit` for none. Default: the engine's.
    std::optional<IsolationLevel> isolation_level{};
    /// Its transactions only read; writing is an error.
    bool read_only = false;
    /// Session settings of the database's own, as by PostgreSQL's and MariaDB's `SET` and SQLite's `PRAGMA`. They are
    /// put back at return.
    std::map<std::string, std::string> settings{};
    /// How long to wait for a connection, if not for all of pool_timeout. At least zero.
    std::optional<std::chrono::milliseconds> longest_wait{};
};

}  // namespace sociable
