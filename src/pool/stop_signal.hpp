#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace sociable::pool {

/// Tells background work that nobody needs it any more, also while it sleeps. Thread-safe.
class StopSignal {
public:
    void stop() {
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        changed_.notify_all();
    }

    bool stopped() const {
        const std::lock_guard lock(mutex_);
        return stopped_;
    }

    /// False when it was stopped, before or meanwhile.
    bool sleep(std::chrono::nanoseconds time) const {
        std::unique_lock lock(mutex_);
        return !changed_.wait_for(lock, time, [this] { return stopped_; });
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    bool stopped_ = false;
};

}  // namespace sociable::pool
