#pragma once

#include "pool/checkout.hpp"
#include "pool/drain.hpp"
#include "pool/fork_epoch.hpp"
#include "pool/maintenance.hpp"
#include "pool/recent_times.hpp"
#include "pool/strategy.hpp"

#include <sociable/errors/holder.hpp>
#include <sociable/errors/source_location.hpp>
#include <sociable/events/event_hub.hpp>
#include <sociable/pool/pool_status.hpp>
#include <sociable/pool/pooled_connection.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

namespace sociable::pool {

/// A pool of any kind: checkout and return, invalidation, disposal, figures. Lives until the last engine handle and the
/// last checkout are gone.
///
/// Thread safety: every member may be called by several threads at once; one that takes a slot, by its owner only.
class PoolCore : public std::enable_shared_from_this<PoolCore> {
public:
    /// `parent` hears of the pool's events as well.
    PoolCore(Settings settings, std::shared_ptr<const dialect::Dialect> dialect, Url url,
             std::shared_ptr<const EventHub> parent);
    ~PoolCore();

    /// Waits for up to pool_timeout, or less if so asked.
    Checkout checkout(SourceLocation place, std::chrono::milliseconds longest_wait = std::chrono::milliseconds::max());
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
    /// Opens connections, runs the statements of the user's own on each, and keeps them.
    void warm_up(int count);

    /// Begins the upkeep that the settings ask for.
    void start();
    /// The engine has gone: ends upkeep and what is being opened. What is checked out stays usable.
    void retire() noexcept;
    Maintenance& maintenance() noexcept { return *maintenance_; }
    HealthCheck health_check(SourceLocation place);
    std::chrono::nanoseconds round_trip(std::chrono::milliseconds longest_wait, SourceLocation place);
    /// Replaces every connection: the idle ones now, one by one, those in use when they come back.
    void reconnect();
    void resize(Limit size, Limit max_overflow);
    void suspend(bool suspended) { strategy_->suspend(suspended); }
    /// Reconnects a checked out slot in place. @throws DatabaseError
    void reopen(Slot& slot);
    std::vector<Holder> holders() const;
    std::vector<PooledConnection> connections() const;

    PoolStatus status() const;
    /// Since the start.
    PoolTimes times() const;
    /// Of the last 60 to 65 seconds.
    PoolTimes recent_times() const { return recent_.last_minute(Clock::now()); }
    EventHub& hub() noexcept { return hub_; }
    Lifecycle& lifecycle() noexcept { return *lifecycle_; }
    const Settings& settings() const noexcept { return settings_; }
    const dialect::Dialect& dialect() const noexcept { return *dialect_; }
    /// Made by a parent process: nothing of it may be used.
    bool is_of_parent() const noexcept { return epoch_ != fork_epoch(); }

private:
    Slot& take_ready(SourceLocation place, Clock::time_point asked, std::chrono::milliseconds allowed);
    void count_wait(Slot& slot, Clock::time_point asked, bool took_time) noexcept;
    void lend(Slot& slot, SourceLocation place, Clock::time_point now) noexcept;
    void abandon(Slot& slot) noexcept;
    void put_back(Slot& slot) noexcept;
    void count_use(Slot& slot, Clock::time_point now) noexcept;
    void end_loan(Slot& slot, Clock::time_point now) noexcept;
    PoolTimes count_times() const;
    bool never_waits() const noexcept;
    bool drained(std::uint64_t before) const;

    const unsigned epoch_;
    const Settings settings_;
    const std::shared_ptr<const dialect::Dialect> dialect_;
    const Url url_;
    const std::shared_ptr<const EventHub> parent_;
    EventHub hub_;
    const Clock::time_point started_ = Clock::now();
    Counters counters_;
    RecentTimes recent_{[this] { return count_times(); }};
    std::unique_ptr<SlotStorage> storage_;
    std::unique_ptr<Lifecycle> lifecycle_;
    std::unique_ptr<Strategy> strategy_;
    std::unique_ptr<Maintenance> maintenance_;
    mutable std::mutex limits_mutex_;
    Limit size_, max_overflow_;  ///< as configured, or resized since

    std::unique_ptr<Drain> drain_ = std::make_unique<Drain>();
};

}  // namespace sociable::pool
