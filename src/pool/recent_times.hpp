#pragma once

#include "pool/clock.hpp"

#include <sociable/pool/durations.hpp>

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

namespace sociable::pool {

/// What of a pool's times belongs to the last minute, as the difference of two readings.
///
/// Readings are kept by whoever uses the pool, at most one each five seconds, and before the use itself is counted: so
/// no thread is needed for it, and while nobody uses the pool, nothing changes that would have to be kept.
///
/// Thread safety: every member may be called by several threads at once.
class RecentTimes {
public:
    static constexpr std::chrono::seconds span{60}, step{5};

    explicit RecentTimes(std::function<PoolTimes()> read) : read_(std::move(read)) {}

    /// Costs a look at the time of the last reading, mostly.
    void use(Clock::time_point now) noexcept {
        Clock::rep due = due_.load(std::memory_order_relaxed);
        if (now.time_since_epoch().count() < due) return;
        if (due_.compare_exchange_strong(due, (now + step).time_since_epoch().count(), std::memory_order_relaxed))
            keep(now);
    }

    /// Of the last 60 to 65 seconds.
    PoolTimes last_minute(Clock::time_point now) const;

private:
    struct Reading {
        Clock::time_point at;
        PoolTimes times;
    };

    void keep(Clock::time_point now) noexcept;

    const std::function<PoolTimes()> read_;
    std::atomic<Clock::rep> due_{0};
    mutable std::mutex mutex_;
    std::vector<Reading> readings_;  ///< oldest first
};

}  // namespace sociable::pool
