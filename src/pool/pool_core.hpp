#pragma once

#include "pool/checkout.hpp"
#include "pool/strategy.hpp"

#include <sociable/errors/source_location.hpp>
#include <sociable/events/event_hub.hpp>
#include <sociable/pool/pool_status.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>

namespace sociable::pool {

/// A pool of any kind: checkout and return, invalidation, disposal, figures. Lives until the last engine handle and the
/// last checkout are gone.
///
/// Thread safety: every member may be called by several threads at once; one that takes a slot, by its owner only.
class PoolCore : public std::enable_shared_from_this<PoolCore> {
public:
    /// `parent` outlives the pool.
    PoolCore(Settings settings, std::shared_ptr<const dialect::Dialect> dialect, Url url, const EventHub& parent);
    ~PoolCore();

    Checkout checkout(SourceLocation place);
    /// @throws what a checkin listener throws, after the slot is back
    void give_back(Slot& slot);
    void soft_invalidate(Slot& slot, std::exception_ptr error);
    void detach(Slot& slot);

    /// Closes the idle connections, and those in use when they come back; ends waits. The pool goes on with new ones.
    void dispose();
    /// As dispose(), then waits until the connections that were in use are back. False when they aren't by then.
    bool dispose(std::chrono::milliseconds drain_timeout);
    /// Replaces every connection when it is next checked out.
    void invalidate_all() { lifecycle_->outdate_all(); }
    /// Opens connections and keeps them.
    void warm_up(int count);

    PoolStatus status() const;
    EventHub& hub() noexcept { return hub_; }
    Lifecycle& lifecycle() noexcept { return *lifecycle_; }
    const Settings& settings() const noexcept { return settings_; }
    const dialect::Dialect& dialect() const noexcept { return *dialect_; }
    /// Made by a parent process: nothing of it may be used.
    bool is_of_parent() const noexcept;

private:
    void abandon(Slot& slot) noexcept;
    bool drained(std::uint64_t before) const;

    const unsigned epoch_;
    const Settings settings_;
    const std::shared_ptr<const dialect::Dialect> dialect_;
    const Url url_;
    EventHub hub_;
    Counters counters_;
    std::unique_ptr<SlotStorage> storage_;
    std::unique_ptr<Lifecycle> lifecycle_;
    std::unique_ptr<Strategy> strategy_;

    std::atomic<int> drainers_{0};
    std::mutex drain_mutex_;
    std::condition_variable came_back_;
};

}  // namespace sociable::pool
