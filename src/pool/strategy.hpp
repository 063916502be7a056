#pragma once

#include "pool/lifecycle.hpp"
#include "pool/settings.hpp"
#include "pool/slot_storage.hpp"

#include <sociable/errors/source_location.hpp>

#include <chrono>
#include <memory>

namespace sociable::pool {

/// What the kinds of pools decide: which slot a borrower gets, whether it waits, and whether a connection is kept when it
/// comes back. The life of the connection itself is Lifecycle's.
///
/// Thread safety: every member may be called by several threads at once.
class Strategy {
public:
    virtual ~Strategy() = default;

    /// A slot for the calling thread, connected or not. @throws TimeoutError, QueueFullError, ResourceClosedError,
    /// InvalidRequestError
    virtual Slot& take(SourceLocation place) = 0;
    /// Takes back a slot, connected or not.
    virtual void put(Slot& slot) noexcept = 0;
    /// The slot's connection has become the borrower's own, outside of every limit.
    virtual void detach(Slot& slot) noexcept = 0;
    /// Closes the idle connections.
    virtual void close_idle() noexcept = 0;
    /// Ends the waits that are under way.
    virtual void end_waits() noexcept {}
    /// The calling thread ends.
    virtual void thread_ends() noexcept {}

    virtual int checked_in() const noexcept = 0;
    virtual int checked_out() const noexcept = 0;
    virtual int waiters() const noexcept { return 0; }
};

/// What a strategy works with; all of it outlives the strategy.
struct Parts {
    const Settings& settings;
    SlotStorage& storage;
    Lifecycle& lifecycle;
    Counters& counters;
};

std::unique_ptr<Strategy> make_queue_pool(const Parts& parts);
std::unique_ptr<Strategy> make_null_pool(const Parts& parts);
std::unique_ptr<Strategy> make_static_pool(const Parts& parts);
std::unique_ptr<Strategy> make_singleton_thread_pool(const Parts& parts);
std::unique_ptr<Strategy> make_assertion_pool(const Parts& parts);

/// The strategy of `parts.settings.pool_class`.
std::unique_ptr<Strategy> make_strategy(const Parts& parts);

}  // namespace sociable::pool
