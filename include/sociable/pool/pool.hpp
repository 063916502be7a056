#pragma once

#include <sociable/errors/holder.hpp>
#include <sociable/errors/source_location.hpp>
#include <sociable/events/event_hub.hpp>
#include <sociable/pool/durations.hpp>
#include <sociable/pool/events.hpp>
#include <sociable/pool/health_check.hpp>
#include <sociable/pool/limit.hpp>
#include <sociable/pool/pool_status.hpp>
#include <sociable/pool/pooled_connection.hpp>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

namespace sociable {

namespace pool {
class PoolCore;
}

/// An engine's pool, seen from outside: its figures, its events, and what can be done to all its connections at once.
/// A handle: copies are the same pool. In the child of a fork() the engine has another pool, and every member of a
/// handle from before throws InvalidRequestError.
///
/// Thread safety: every member may be called by several threads at once.
class Pool {
public:
    explicit Pool(std::shared_ptr<pool::PoolCore> core) noexcept : core_(std::move(core)) {}
    Pool(const Pool&) = default;  // moving copies, so that no handle is ever empty
    Pool& operator=(const Pool&) = default;

    PoolStatus status() const;
    /// How long waiting, connecting and using took since the start, and in the last minute (60 to 65 s, and less when
    /// the pool was not used before; PoolTimes::period tells): the histograms of which status() has the summaries.
    /// Empty without pool_record_times.
    PoolTimes times() const;
    PoolTimes recent_times() const;

    /// Listens to this pool. Its listeners run after the process's and the engine's.
    template <class E, class F>
    Subscription listen(F&& listener, ListenOptions options = {}) {
        if constexpr (Event<E>)
            static_assert(E::id <= event::Id::close_detached,
                          "sociable: a pool has no such event; listen to the engine instead");
        return hub().listen<E>(std::forward<F>(listener), options);
    }

    /// Who holds connections now, longest first.
    std::vector<Holder> holders() const;

    /// The open connections, in the order of opening, and last those that borrowers are opening; those that the pool
    /// opens in the background are not among them. While they are read, others come and go.
    std::vector<PooledConnection> connections() const;

    /// Asks every idle connection whether it works, and closes those that don't; with none idle, one is taken from the
    /// pool, or opened, and asked. @throws TimeoutError, DatabaseError when none can be had
    HealthCheck health_check(SourceLocation place = SourceLocation::current());

    /// Borrows a connection, runs `SELECT 1` on it, for which the server has pool_ping_timeout, and returns how long
    /// that took. A connection that is lost by it is closed. @throws TimeoutError, QueueFullError, DatabaseError when
    /// none can be had, or when it doesn't answer
    std::chrono::microseconds round_trip(SourceLocation place = SourceLocation::current());
    /// As above, but waits no longer than this for a connection, and no longer than pool_timeout.
    std::chrono::microseconds round_trip(std::chrono::milliseconds longest_wait,
                                         SourceLocation place = SourceLocation::current());

    /// Replaces every connection when it is next checked out. Those in use stay usable.
    void invalidate();
    /// Replaces every connection: the idle ones at once, in the background and one by one; those in use when they come
    /// back. For a change of certificates, or of the server behind a name.
    void reconnect();

    /// Changes pool_size and max_overflow. What is open beyond them closes at once when it is idle, else when it comes
    /// back. With an unlimited size the overflow means nothing. @throws ArgumentError for a size below 1 or an overflow
    /// below 0; InvalidRequestError unless a QueuePool
    void resize(Limit size, Limit max_overflow);

    /// From now on every checkout waits, for up to its timeout, until resume(): for the minute in which the server is
    /// switched. Connections in use are left alone. @throws InvalidRequestError for a NullPool or SingletonThreadPool,
    /// where nobody waits
    void suspend();
    void resume();

private:
    EventHub& hub() const;
    pool::PoolCore& core() const;

    std::shared_ptr<pool::PoolCore> core_;
};

}  // namespace sociable
