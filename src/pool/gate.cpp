#include "pool/gate.hpp"

#include <algorithm>
#include <condition_variable>
#include <limits>

namespace sociable::pool {

namespace {

std::int64_t now_ns() { return Clock::now().time_since_epoch().count(); }

constexpr int most_idle = 1 << 16;

/// How many connections may be open; none when that is unlimited.
std::optional<int> cap(Limit size, Limit overflow) {
    if (size.is_unlimited() || overflow.is_unlimited()) return std::nullopt;
    constexpr int most = std::numeric_limits<int>::max();
    return overflow.count() > most - size.count() ? most : size.count() + overflow.count();
}

}  // namespace

/// Lives on the stack of the thread that waits, linked into the queue under the gate's mutex.
struct Gate::Waiter {
    enum class State { waiting, granted, disposed };

    State state = State::waiting;
    Grant grant{};
    std::int64_t since = 0;
    std::condition_variable wake;
    Waiter* next = nullptr;
    Waiter* previous = nullptr;
};

Gate::Gate(const Settings& settings, SlotStorage& storage)
    : keep_(settings.size.is_unlimited() ? most_idle : std::min(settings.size.count(), most_idle)),
      permits_(cap(settings.size, settings.overflow)),
      max_waiting_(settings.max_waiting) {
    if (settings.lifo)
        idle_ = std::make_unique<LifoList>(storage);
    else
        idle_ = std::make_unique<FifoList>(static_cast<std::size_t>(keep_));
}

Gate::Outcome Gate::acquire(std::chrono::nanoseconds timeout) {
    if (newcomer_may_take())
        if (auto grant = take_free()) return {grant};
    return wait(timeout);
}

bool Gate::newcomer_may_take() const noexcept {
    if (waiting_.load(std::memory_order_relaxed) == 0) return true;
    return now_ns() - oldest_since_.load(std::memory_order_relaxed) < std::chrono::nanoseconds(overtaking).count();
}

std::optional<Gate::Grant> Gate::take_free() noexcept {
    if (Slot* slot = take_idle()) return Grant{slot};
    if (take_permit()) return Grant{};
    return std::nullopt;
}

Slot* Gate::take_idle() noexcept {
    Slot* slot = idle_->pop();
    if (slot) idle_count_.fetch_sub(1, std::memory_order_relaxed);
    return slot;
}

bool Gate::take_permit() noexcept {
    int open = open_.load(std::memory_order_relaxed);
    do {
        if (permits_ && open >= *permits_) return false;
    } while (!open_.compare_exchange_weak(open, open + 1, std::memory_order_relaxed));
    return true;
}

bool Gate::keep(Slot& slot) noexcept {
    if (idle_count_.fetch_add(1, std::memory_order_relaxed) >= keep_) {
        idle_count_.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }
    idle_->push(slot);
    came_free();
    return true;
}

void Gate::release_permit() noexcept {
    open_.fetch_sub(1, std::memory_order_relaxed);
    came_free();
}

void Gate::came_free() noexcept {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (waiting_.load(std::memory_order_relaxed) == 0) return;
    const bool young =
        now_ns() - oldest_since_.load(std::memory_order_relaxed) < std::chrono::nanoseconds(overtaking).count();
    // A nudged waiter clears the flag before it looks, with a fence in between: reading it as set here means that the
    // look comes after what has just been freed.
    if (young && nudged_.load(std::memory_order_relaxed)) return;
    const std::lock_guard lock(mutex_);
    if (!first_) return;
    if (young) {
        nudged_.store(true, std::memory_order_relaxed);
        first_->wake.notify_one();
    } else {
        serve();
    }
}

/// Hands out what is free, the oldest waiter first. The mutex is held, also while notifying: a waiter that is served
/// leaves only with the mutex, so that its condition variable is still there.
void Gate::serve() noexcept {
    while (first_) {
        const auto grant = take_free();
        if (!grant) return;
        Waiter& waiter = *first_;
        waiter.grant = *grant;
        waiter.state = Waiter::State::granted;
        leave_queue(waiter);
        waiter.wake.notify_one();
    }
}

void Gate::leave_queue(Waiter& waiter) noexcept {
    (waiter.previous ? waiter.previous->next : first_) = waiter.next;
    (waiter.next ? waiter.next->previous : last_) = waiter.previous;
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    publish_queue();
}

void Gate::publish_queue() noexcept {
    if (first_) oldest_since_.store(first_->since, std::memory_order_relaxed);
    nudged_.store(false, std::memory_order_relaxed);
}

Gate::Outcome Gate::wait(std::chrono::nanoseconds timeout) {
    // The latest time that a clock can tell stands for timeouts beyond it.
    const auto now = Clock::now();
    const auto deadline = timeout < Clock::time_point::max() - now ? now + timeout : Clock::time_point::max();
    Waiter self;
    self.since = now.time_since_epoch().count();

    std::unique_lock lock(mutex_);
    self.previous = last_;
    (last_ ? last_->next : first_) = &self;
    last_ = &self;
    const int queued = waiting_.fetch_add(1, std::memory_order_relaxed);
    if (queued == 0) publish_queue();
    std::atomic_thread_fence(std::memory_order_seq_cst);
    serve();

    if (self.state == Waiter::State::waiting && max_waiting_ && queued >= *max_waiting_) {
        leave_queue(self);
        return {std::nullopt, Failure::queue_full};
    }
    while (self.state == Waiter::State::waiting) {
        const bool timed_out = timeout <= std::chrono::nanoseconds::zero() ||
                               self.wake.wait_until(lock, deadline) == std::cv_status::timeout;
        if (self.state != Waiter::State::waiting) break;
        // Nudged, timed out, or woken for nothing. Who has timed out looks as well: a nudge it got is for all.
        nudged_.store(false, std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_seq_cst);
        serve();
        if (timed_out && self.state == Waiter::State::waiting) {
            leave_queue(self);  // from here on a hand-over finds another
            return {std::nullopt, Failure::timeout};
        }
    }
    if (self.state == Waiter::State::disposed) return {std::nullopt, Failure::disposed};
    return {self.grant};
}

void Gate::end_waits() noexcept {
    const std::lock_guard lock(mutex_);
    while (first_) {
        Waiter& waiter = *first_;
        waiter.state = Waiter::State::disposed;
        leave_queue(waiter);
        waiter.wake.notify_one();
    }
}

}  // namespace sociable::pool
