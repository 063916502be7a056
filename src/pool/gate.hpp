#pragma once

#include "pool/idle_list.hpp"

#include <sociable/pool/limit.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

namespace sociable::pool {

/// Who gets a connection, and who waits. It hands out idle slots and permits: the right to have one more connection open.
///
/// A newcomer takes what is free without a lock. When nothing is free it joins a queue and sleeps; what comes free then
/// goes to the oldest waiter. Handing over costs a switch of threads each time, which is 30 times the price of a checkout
/// when connections are held for no time at all; so a newcomer may overtake while the oldest waiter is younger than
/// `overtaking`, and no longer.
///
/// No wake-up is lost: who frees something makes it visible first and then looks for waiters; who waits makes itself
/// visible first and then looks for something free. Both sides put a sequentially consistent fence between their two
/// steps, so that at least one of them sees the other.
///
/// Thread safety: every member may be called by several threads at once.
class Gate {
public:
    static constexpr std::chrono::microseconds overtaking{250};

    struct Settings {
        Limit size = 1;
        Limit overflow = 0;
        bool lifo = false;
        std::optional<int> max_waiting{};
    };
    /// An idle slot, or without one a permit.
    struct Grant {
        Slot* slot = nullptr;
    };
    /// What a failed acquire() ended with; the pool makes the exception of it.
    enum class Failure { timeout, queue_full, disposed };
    struct Outcome {
        std::optional<Grant> grant;
        Failure failure = Failure::timeout;
    };

    Gate(const Settings& settings, SlotStorage& storage);

    /// Waits for at most `timeout`; zero takes what is free now or fails at once.
    Outcome acquire(std::chrono::nanoseconds timeout);
    /// Gives back a connected slot with its permit. False when as many are idle as the pool keeps: the caller closes the
    /// connection and releases the permit.
    bool keep(Slot& slot) noexcept;
    void release_permit() noexcept;
    /// An idle slot with its permit, or null: for closing idle connections.
    Slot* take_idle() noexcept;
    /// Ends every wait that is under way with Failure::disposed.
    void end_waits() noexcept;

    int idle() const noexcept { return idle_count_.load(std::memory_order_relaxed); }
    int open() const noexcept { return open_.load(std::memory_order_relaxed); }  ///< permits given out
    int waiters() const noexcept { return waiting_.load(std::memory_order_relaxed); }

private:
    struct Waiter;

    std::optional<Grant> take_free() noexcept;
    bool take_permit() noexcept;
    bool newcomer_may_take() const noexcept;
    Outcome wait(std::chrono::nanoseconds timeout);
    void came_free() noexcept;
    void serve() noexcept;
    void leave_queue(Waiter& waiter) noexcept;
    void publish_queue() noexcept;

    const int keep_;                    ///< idle slots at most
    const std::optional<int> permits_;  ///< connections at most; none: unlimited
    const std::optional<int> max_waiting_;
    std::unique_ptr<IdleList> idle_;
    alignas(64) std::atomic<int> idle_count_{0};
    std::atomic<int> open_{0};

    alignas(64) std::atomic<int> waiting_{0};  ///< length of the queue
    std::atomic<std::int64_t> oldest_since_{0};
    std::atomic<bool> nudged_{false};  ///< the oldest waiter has been woken to look for itself
    std::mutex mutex_;                 ///< of the queue; held for a few instructions, never while sleeping or calling
    Waiter* first_ = nullptr;
    Waiter* last_ = nullptr;
};

}  // namespace sociable::pool
