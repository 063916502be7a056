#pragma once

#include <atomic>

namespace sociable::pool {

/// Keeps the user's hooks from being called on background threads once the engine is gone, with which what they refer
/// to may go. Thread-safe.
///
/// Who calls a hook counts itself in first and then looks whether hooks are over; who ends them says so first and then
/// looks at the count. Both in sequentially consistent order, so that one of them sees the other.
class HookGuard {
public:
    /// While it lives and is true, hooks may be called on this thread.
    class Call {
    public:
        explicit Call(HookGuard& guard) noexcept : guard_(guard) {
            guard_.running_.fetch_add(1);
            ++depth();
        }
        ~Call() {
            --depth();
            if (guard_.running_.fetch_sub(1) == 1) guard_.running_.notify_all();
        }
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;
        explicit operator bool() const noexcept { return !guard_.over_.load(); }

    private:
        HookGuard& guard_;
    };

    /// Waits for the hooks that are running, unless it is called by one.
    void end() noexcept {
        over_.store(true);
        if (depth() != 0) return;
        for (int running = running_.load(); running != 0; running = running_.load()) running_.wait(running);
    }

private:
    static int& depth() noexcept {
        thread_local int depth = 0;
        return depth;
    }

    std::atomic<int> running_{0};
    std::atomic<bool> over_{false};
};

}  // namespace sociable::pool
