#pragma once

#include "pool/figures.hpp"
#include "pool/lifecycle.hpp"
#include "pool/settings.hpp"
#include "pool/slot_storage.hpp"

#include <sociable/errors/source_location.hpp>

#include <functional>
#include <memory>

namespace sociable::pool {

/// How long a borrower waits.
struct Patience {
    Clock::time_point until;
    std::chrono::milliseconds allowed;  ///< the same, counted from when the borrower asked first
};

/// What the kinds of pools decide: which slot a borrower gets, whether it waits, and whether a connection is kept when
/// it comes back. The life of the connection itself is Lifecycle's.
///
/// Thread safety: every member may be called by several threads at once.
class Strategy {
public:
    virtual ~Strategy() = default;

    /// A slot for the calling thread, within `patience`. @throws TimeoutError, QueueFullError, ResourceClosedError,
    /// InvalidRequestError, DatabaseError when a connection was to be opened in the background and could not
    virtual Slot& take(SourceLocation place, Patience patience) = 0;
    /// Whether a slot taken that is not connected is to be connected by the borrower, or put back and taken anew.
    virtual bool borrower_opens() const noexcept { return true; }
    /// @throws DatabaseError while the database is known to be down
    virtual void check_reachable() const {}
    /// Takes back a slot, connected or not.
    virtual void put(Slot& slot) noexcept = 0;
    /// The slot's connection has become the borrower's own, outside of every limit.
    virtual void detach(Slot& slot) noexcept = 0;
    /// Closes the idle connections.
    virtual void close_idle() noexcept = 0;
    /// An idle slot, which the caller puts back, or null: for upkeep.
    virtual Slot* take_idle() noexcept { return nullptr; }
    /// Opens what the minimum of idle connections lacks, and what is waited for.
    virtual void top_up() noexcept {}
    /// Ends the waits that are under way.
    virtual void end_waits() noexcept {}
    /// The calling thread ends.
    virtual void thread_ends() noexcept {}

    virtual Figures figures() const noexcept = 0;
    virtual int waiters() const noexcept { return 0; }
    virtual std::chrono::nanoseconds oldest_wait() const noexcept { return {}; }

    /// Only a queue has limits to change and waits to suspend. @throws InvalidRequestError for other pools
    virtual void resize(Limit size, Limit max_overflow);
    virtual void suspend(bool suspended);
    virtual bool is_suspended() const noexcept { return false; }
};

/// What a strategy works with; all of it outlives the strategy.
struct Parts {
    const Settings& settings;
    SlotStorage& storage;
    Lifecycle& lifecycle;
    Counters& counters;
    std::function<std::shared_ptr<void>()> keep_alive;  ///< the pool; null when it is being destroyed
};

std::unique_ptr<Strategy> make_queue_pool(const Parts& parts);
std::unique_ptr<Strategy> make_null_pool(const Parts& parts);
std::unique_ptr<Strategy> make_static_pool(const Parts& parts);
std::unique_ptr<Strategy> make_singleton_thread_pool(const Parts& parts);
std::unique_ptr<Strategy> make_assertion_pool(const Parts& parts);

/// The strategy of `parts.settings.pool_class`.
std::unique_ptr<Strategy> make_strategy(const Parts& parts);

}  // namespace sociable::pool
