#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace sociable::pool {

/// Runs a piece of work once, to its end, before anybody who asks for it goes on. Work that throws counts as not done:
/// the next to ask runs it. No lock is held while it runs.
class OncePerPool {
public:
    template <class F>
    void run(F&& work) {
        if (!begin()) return;
        try {
            std::forward<F>(work)();
        } catch (...) {
            end(State::due);
            throw;
        }
        end(State::done);
    }

    /// The next to ask runs the work again.
    void renew() {
        const std::lock_guard lock(mutex_);
        if (state_ == State::done) state_ = State::due;
    }

private:
    enum class State { due, running, done };

    bool begin() {
        std::unique_lock lock(mutex_);
        if (state_ == State::running && runner_ == std::this_thread::get_id()) return false;  // the work asks itself
        ended_.wait(lock, [this] { return state_ != State::running; });
        if (state_ == State::done) return false;
        state_ = State::running;
        runner_ = std::this_thread::get_id();
        return true;
    }

    void end(State state) {
        {
            const std::lock_guard lock(mutex_);
            state_ = state;
        }
        ended_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable ended_;
    State state_ = State::due;
    std::thread::id runner_;
};

}  // namespace sociable::pool
