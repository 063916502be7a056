#pragma once

#include "pool/clock.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace sociable::pool {

/// Where dispose() waits until what is out has come back.
///
/// Thread safety: every member may be called by several threads at once. No wake-up is lost: who gives something back
/// says so first and then looks for waiters; who waits counts itself in first and then looks for what is out. Both in
/// sequentially consistent order, so that one of them sees the other.
class Drain {
public:
    /// After a slot's owner has said that it is back.
    void came_back() noexcept {
        if (waiters_.load(std::memory_order_seq_cst) == 0) return;
        const std::lock_guard lock(mutex_);
        changed_.notify_all();
    }

    /// False when some are still out at the deadline.
    template <class Condition>
    bool wait_until(Clock::time_point deadline, Condition all_back) {
        waiters_.fetch_add(1, std::memory_order_seq_cst);
        bool done = false;
        {
            std::unique_lock lock(mutex_);
            done = changed_.wait_until(lock, deadline, all_back);
        }
        waiters_.fetch_sub(1, std::memory_order_relaxed);
        return done;
    }

private:
    std::atomic<int> waiters_{0};
    std::mutex mutex_;
    std::condition_variable changed_;
};

}  // namespace sociable::pool
