#pragma once

#include <chrono>
#include <optional>

namespace sociable {

/// What is set on each new SQLite connection. An engine for another database refuses them.
struct SqliteOptions {
    /// `PRAGMA journal_mode = WAL` on files, so that readers and a writer don't block each other. Default: on. A
    /// read-only database keeps the mode it has.
    bool wal = true;
    /// `PRAGMA busy_timeout`: how long a statement waits for a lock that another connection holds, in milliseconds.
    /// Default 5 s; zero fails at once.
    std::chrono::milliseconds busy_timeout{5000};
    /// `PRAGMA foreign_keys`. SQLite's own default is off; ours is on.
    bool foreign_keys = true;
    /// A profile for many reads and writes on one file: 256 MiB of memory mapping, a cache of 10,000 pages,
    /// `synchronous = NORMAL` (with WAL a power cut can lose the last commits, never corrupt), temporary tables in
    /// memory. Default: off.
    bool throughput = false;

    bool operator==(const SqliteOptions&) const = default;
};

}  // namespace sociable
