#pragma once

#include "pool/clock.hpp"
#include "pool/figures.hpp"
#include "pool/idle_list.hpp"

#include <sociable/pool/limit.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace sociable::pool {

/// Who gets a connection, and who waits. It hands out idle slots, and counts permits: the right to have one more
/// connection open.
///
/// A newcomer takes what is idle without a lock. When nothing is, it joins a queue and sleeps; what comes free then
/// goes to the oldest waiter. Handing over costs a switch of threads each time, which is 30 times the price of a
/// checkout when connections are held for no time at all; so a newcomer may overtake while the oldest waiter is younger
/// than `overtaking`, and no longer.
///
/// No wake-up is lost: who frees something makes it visible first and then looks for waiters; who waits makes itself
/// visible first and then looks for something free. Both sides put a sequentially consistent fence between their two
/// steps, so that at least one of them sees the other. The same holds for permits: who releases one looks for waiters
/// then, and who waits looks for permits then; opening a connection is begun under the mutex, so that no attempt that
/// finds no permit hides one that would. What was asked for can still come to nothing, as when no thread can be
/// started; so whoever waits asks again each second.
///
/// Thread safety: every member may be called by several threads at once.
class Gate {
public:
    static constexpr std::chrono::microseconds overtaking{250};
    static constexpr std::chrono::seconds asking_again{1};

    struct Settings {
        Limit size = 1;
        Limit overflow = 0;
        bool lifo = false;
        std::optional<int> max_waiting{};
    };
    /// What a failed wait() ended with; the pool makes the exception of it.
    enum class Failure { timeout, queue_full, disposed, error, outage };
    struct Outcome {
        Slot* slot = nullptr;
        Failure failure = Failure::timeout;
        std::exception_ptr error{};  ///< with Failure::error
    };

    Gate(const Settings& settings, SlotStorage& storage);

    /// An idle slot, unless there is none or it is due to a waiter.
    Slot* try_take() noexcept;
    /// Waits for a slot until `deadline`. `demand` is called without a lock, as soon as this thread is in the queue,
    /// and every second from then on: what it asked for may have come to nothing.
    /// @throws what `demand` throws
    Outcome wait(Clock::time_point deadline, const std::function<void()>& demand);
    /// Ends every wait that is under way with Failure::disposed.
    void end_waits() noexcept;
    /// Ends the oldest wait with an error of its own, or every wait with Failure::outage.
    void fail_oldest(std::exception_ptr error) noexcept;
    void fail_all() noexcept;

    /// Gives back a connected slot with its permit. False when as many are idle as the pool keeps, or more are open
    /// than it may have: the caller closes the connection and releases the permit.
    bool keep(Slot& slot) noexcept;
    /// As keep(), for a slot that was opened in the background; on success it ends the opening.
    bool keep_opened(Slot& slot) noexcept;
    /// An idle slot with its permit, or null, whoever waits: for upkeep.
    Slot* take_idle() noexcept;

    /// A permit for a connection that the caller opens itself.
    bool take_permit() noexcept;
    /// The caller looks for waiters afterwards, who may need the permit.
    void release_permit() noexcept;
    /// Takes a permit for a connection to be opened in the background: when fewer than `limit` are being opened, and
    /// fewer than are waited for, or wanted besides.
    bool begin_opening(int limit, int wanted = 0) noexcept;
    /// Gives back what begin_opening() took, as release_permit().
    void give_up_opening() noexcept;

    /// Changes the limits. What is open beyond them closes when it is returned, or by upkeep.
    void resize(Limit size, Limit overflow);
    /// From now on everybody waits, until resume().
    void suspend() noexcept { suspended_.store(true, std::memory_order_relaxed); }
    void resume() noexcept;

    Figures figures() const noexcept { return figures_.load(); }
    int waiters() const noexcept { return waiting_.load(std::memory_order_relaxed); }
    int kept_at_most() const noexcept { return keep_.load(std::memory_order_acquire); }
    bool is_full() const noexcept { return figures().open >= permits_.load(std::memory_order_relaxed); }
    /// More are idle than are kept, or some are idle and more are open than may be.
    bool has_too_many() const noexcept;
    bool is_suspended() const noexcept { return suspended_.load(std::memory_order_relaxed); }
    std::chrono::nanoseconds oldest_wait() const noexcept;

private:
    struct Waiter;

    bool newcomer_may_take() const noexcept;
    bool take_permit(Figures change) noexcept;
    bool push_idle(Slot& slot, Figures change) noexcept;
    bool keep_for_waiters(Slot& slot, Figures change) noexcept;
    void came_free() noexcept;
    void look() noexcept;
    void serve() noexcept;
    void end_oldest(Failure failure, std::exception_ptr error = nullptr) noexcept;
    void join_queue(Waiter& waiter) noexcept;
    void leave_queue(Waiter& waiter) noexcept;
    void publish_queue() noexcept;
    bool is_refused(int queued) const noexcept;

    std::atomic<int> keep_;     ///< idle slots at most
    std::atomic<int> permits_;  ///< connections at most
    const std::optional<int> max_waiting_;
    std::mutex resize_mutex_;
    std::unique_ptr<IdleList> idle_;
    alignas(64) AtomicFigures figures_;

    alignas(64) std::atomic<int> waiting_{0};  ///< length of the queue
    std::atomic<bool> suspended_{false};
    std::atomic<std::int64_t> oldest_since_{0};
    std::atomic<bool> nudged_{false};  ///< the oldest waiter has been woken to look for itself
    mutable std::mutex mutex_;         ///< of the queue; held for a few instructions, never while sleeping or calling
    Waiter* first_ = nullptr;
    Waiter* last_ = nullptr;
};

}  // namespace sociable::pool
