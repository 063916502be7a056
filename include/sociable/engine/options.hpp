#pragma once

#include <sociable/dialect/isolation_level.hpp>
#include <sociable/dialect/sqlite_options.hpp>
#include <sociable/pool/limit.hpp>
#include <sociable/pool/pool_class.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace soci {
class session;
}

namespace sociable {

/// How SQL is logged by `sociable.engine`. SQLAlchemy's `echo`.
enum class Echo {
    off,         ///< at debug level: not at all, unless the logger is set to it
    statements,  ///< at info level: the statement, its time and its count of rows
    values       ///< as statements, with the values bound. They are data of your users: not for production
};

/// What `create_engine` takes besides the URL. A field that the chosen pool can't use, or a value out of range, is an
/// ArgumentError that names it: nothing is ignored. Durations are at most 365 days. In brackets: SQLAlchemy's name,
/// where it is another.
struct EngineOptions {
    // The pool ------------------------------------------------------------------------------------------------------

    /// Connections that are kept open between checkouts, at least 1 or `unlimited`. They are opened when first needed.
    /// Default 5. QueuePool only.
    std::optional<Limit> pool_size{};

    /// Connections beyond pool_size that may be open at once, at least 0 or `unlimited`. They are closed when they are
    /// returned. Default 10. QueuePool only.
    std::optional<Limit> max_overflow{};

    /// How long a checkout waits for a connection, one in use or one that is being opened, before it throws a
    /// TimeoutError. At least zero: then nothing is waited for, and a checkout that finds none idle opens one itself,
    /// if there is room, in the time that a connect takes. Default 30 s. QueuePool and StaticPool only.
    std::optional<std::chrono::milliseconds> pool_timeout{};

    /// How many checkouts may wait at once for connections that are in use; one more throws a QueueFullError at once.
    /// Those for whom a connection is being opened, or can be, don't count. At least 0. Default: any number. QueuePool
    /// and StaticPool only.
    std::optional<int> pool_max_waiting{};

    /// How many connections may be opened at the same time for those who wait, at least 1. A small number keeps a spike
    /// from becoming a storm of connects: most who wait are served by what is returned. Callers that open connections
    /// themselves, see pool_timeout, are not limited. Default 2. QueuePool only.
    std::optional<int> pool_connecting_limit{};

    /// How often a connect is tried again when the server can't be reached or has no place, at least 0: after 100 ms,
    /// then twice as long each time, at most 1 s, shortened by up to half at random. Never after a wrong password, nor
    /// by a caller that opens the connection itself because pool_timeout is zero. Default 3. Not for SQLite.
    std::optional<int> pool_connect_retries{};

    /// A connection older than this, counted from its connect, is replaced: while it is idle a little ahead of time,
    /// else when it is next checked out. Each lives up to a fifth shorter, at random, so that they don't end together.
    /// Above zero. Default: never. Keep it below the server's own limit on connection age or idleness.
    std::optional<std::chrono::milliseconds> pool_recycle{};

    /// Checks each connection before it is handed out, and replaces it when it is dead. Not when it has just been
    /// opened. Default: off.
    bool pool_pre_ping = false;

    /// Pre-ping asks the server, which takes a round trip, when the connection was idle for at least this long; else it
    /// only looks whether the server has closed the connection, which takes none. Zero always asks, as SQLAlchemy does.
    /// Default 1 s. Needs pool_pre_ping.
    std::optional<std::chrono::milliseconds> pool_ping_after_idle{};

    /// How long the server may take to begin its answer when a connection is checked, at least 1 ms. Default 1 s.
    std::optional<std::chrono::milliseconds> pool_ping_timeout{};

    /// Refuses connections to a PostgreSQL server that is a standby (`in_hot_standby`, from version 14 on), when they
    /// are opened and whenever they are checked: for host names that follow the primary. Default: off. PostgreSQL only.
    bool pool_require_primary = false;

    /// Idle connections that are kept open and ready, at most pool_size; opened in the background from the start.
    /// Default 0. QueuePool only.
    std::optional<int> pool_min_idle{};

    /// Idle connections beyond pool_min_idle are closed after this time. Above zero. Default: never. QueuePool only.
    std::optional<std::chrono::milliseconds> pool_max_idle_time{};

    /// Idle connections are asked this often whether they are well, and replaced when they are not. Above zero.
    /// Default: never. QueuePool only.
    std::optional<std::chrono::milliseconds> pool_health_check_interval{};

    /// A connection held for longer than this is logged, with the place that took it, and again when it comes back.
    /// Above zero. Default: never.
    std::optional<std::chrono::milliseconds> pool_leak_threshold{};

    /// Hands out the connection returned last (true), so that the others can idle out, or the one returned first
    /// (false), so that all are used alike. Default: false. QueuePool only.
    std::optional<bool> pool_use_lifo{};

    /// What is done to a transaction still open at return. Default: rollback.
    ResetOnReturn pool_reset_on_return = ResetOnReturn::rollback;

    /// At return clears settings (`SET`, `PRAGMA`), temporary tables and advisory locks, and then runs `init_sql`
    /// again, at the cost of a round trip; only when something was done that can have changed them: any statement but
    /// plain reading and writing, a call of a function that isn't one of the database's common ones, work on soci() or
    /// in a listener. What `connect` listeners have set is cleared as well. Default: off.
    bool pool_reset_session = false;

    /// The kind of pool [poolclass]. Default: QueuePool for servers, NullPool for SQLite files, StaticPool for SQLite
    /// in memory.
    std::optional<PoolClass> pool_class{};

    // Connections ---------------------------------------------------------------------------------------------------

    /// The isolation level of each transaction; `autocommit` for none. Default: the database's own.
    std::optional<IsolationLevel> isolation_level{};

    /// How long one attempt to connect may take, rounded up to full seconds; at least 1 s. Default 10 s. Not for
    /// SQLite.
    std::optional<std::chrono::milliseconds> connect_timeout{};

    /// Further connection settings of the database's own, added to the URL's query and stronger than it [connect_args].
    std::map<std::string, std::string> connect_args{};

    /// Opens the session it is given, in place of the URL, which then only tells the database. It is called by several
    /// threads at once. With a QueuePool or StaticPool these are the pool's own, in the background, where what belongs
    /// to the caller's thread is out of reach; the caller's with other pools, with pool_timeout zero, and when a
    /// connection in use reconnects in place.
    std::function<void(soci::session&)> creator{};

    /// Statements that run on each new connection, before any `connect` listener, on the thread that opens it; see
    /// creator.
    std::vector<std::string> init_sql{};

    /// Opens a connection within create_engine, so that a wrong password shows there. Default: off.
    bool connect_now = false;

    /// Connections that create_engine opens and keeps, at most pool_size. Default 0. QueuePool only.
    std::optional<int> warm_up{};

    /// Statements that run on each of them, with what they return dropped: to fill caches. Needs warm_up.
    std::vector<std::string> warm_up_sql{};

    /// Measures how long callers wait for connections and use them: one reading of the clock more for each checkout,
    /// measured as 13 of 165 ns. Without it these times are empty in the pool's status, and what follows from them.
    bool pool_record_times = true;

    /// Prepared statements that each connection keeps, the least recently used going first; 0 keeps none, which a
    /// transaction-pooling proxy in between needs. PoolStatus counts what is found there. Default 100 [query_cache_size
    /// is SQLAlchemy's nearest].
    int statement_cache_size = 100;

    /// For SQLite only.
    std::optional<SqliteOptions> sqlite{};

    // What is seen --------------------------------------------------------------------------------------------------

    /// Default: off.
    Echo echo = Echo::off;

    /// Names the engine in logs, status and errors [logging_name]. Default: "scheme://host/database".
    std::string name{};
};

}  // namespace sociable
