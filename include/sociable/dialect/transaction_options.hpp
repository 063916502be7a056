#pragma once

#include <sociable/dialect/isolation_level.hpp>

#include <optional>

namespace sociable {

/// Which lock a transaction on SQLite takes when it begins; other databases ignore it.
enum class SqliteLock {
    automatic,  ///< immediate when its first statement writes or SOCI is used directly, deferred when it reads
    deferred,   ///< none; a later write can fail at once with "database is locked", whatever the busy timeout
    immediate,  ///< the write lock: other writers wait their busy timeout, readers go on
    exclusive   ///< as immediate, and without WAL it keeps out readers too
};

/// How one transaction runs.
struct TransactionOptions {
    /// Default: the connection's level, else the database's own.
    std::optional<IsolationLevel> isolation_level{};
    /// Writing is an error.
    bool read_only = false;
    SqliteLock sqlite_lock = SqliteLock::automatic;
};

}  // namespace sociable
