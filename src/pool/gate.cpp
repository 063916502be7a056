#include "pool/gate.hpp"

#include <algorithm>
#include <condition_variable>
#include <utility>

namespace sociable::pool {

namespace {

std::int64_t now_ns() { return Clock::now().time_since_epoch().count(); }

constexpr int no_cap = AtomicFigures::most_open;

int kept(Limit size) {
    return size.is_unlimited() ? AtomicFigures::most_idle : std::min(size.count(), AtomicFigures::most_idle);
}

int cap(Limit size, Limit overflow) {
    if (size.is_unlimited() || overflow.is_unlimited()) return no_cap;
    return size.count() > no_cap || overflow.count() > no_cap - size.count() ? no_cap : size.count() + overflow.count();
}

}  // namespace

/// Lives on the stack of the thread that waits, linked into the queue under the gate's mutex.
struct Gate::Waiter {
    bool waiting = true;
    Outcome outcome{};
    std::int64_t since = 0;
    std::condition_variable wake;
    Waiter* next = nullptr;
    Waiter* previous = nullptr;
};

Gate::Gate(const Settings& settings, SlotStorage& storage)
    : keep_(kept(settings.size)), permits_(cap(settings.size, settings.overflow)), max_waiting_(settings.max_waiting) {
    if (settings.lifo)
        idle_ = std::make_unique<LifoList>(storage);
    else
        idle_ = std::make_unique<FifoList>(static_cast<std::size_t>(kept_at_most()));
}

Slot* Gate::try_take() noexcept { return newcomer_may_take() ? take_idle() : nullptr; }

bool Gate::newcomer_may_take() const noexcept {
    if (suspended_.load(std::memory_order_relaxed)) return false;
    return waiting_.load(std::memory_order_relaxed) == 0 || oldest_wait() < overtaking;
}

std::chrono::nanoseconds Gate::oldest_wait() const noexcept {
    if (waiting_.load(std::memory_order_relaxed) == 0) return {};
    return std::chrono::nanoseconds(now_ns() - oldest_since_.load(std::memory_order_relaxed));
}

Slot* Gate::take_idle() noexcept {
    Slot* slot = idle_->pop();
    if (slot) figures_.subtract({.idle = 1});
    return slot;
}

bool Gate::take_permit() noexcept { return take_permit({.open = 1}); }

bool Gate::take_permit(Figures change) noexcept {
    return !is_suspended() && figures_.add_below(permits_.load(std::memory_order_relaxed), change);
}

void Gate::release_permit() noexcept {
    figures_.subtract({.open = 1});
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

bool Gate::keep(Slot& slot) noexcept {
    if (push_idle(slot, {.idle = 1})) {
        came_free();
        return true;
    }
    return waiters() != 0 && keep_for_waiters(slot, {.idle = 1});
}

bool Gate::keep_opened(Slot& slot) noexcept { return keep_for_waiters(slot, {.idle = 1, .opening = -1}); }

/// What is idle may be due to waiters that have not woken up yet: they are served first, which makes room.
bool Gate::keep_for_waiters(Slot& slot, Figures change) noexcept {
    const std::lock_guard lock(mutex_);
    look();
    const bool kept = push_idle(slot, change);
    look();
    return kept;
}

bool Gate::push_idle(Slot& slot, Figures change) noexcept {
    if (figures().open > permits_.load(std::memory_order_relaxed)) return false;
    if (figures_.add(change).idle >= kept_at_most()) {
        figures_.subtract(change);
        return false;
    }
    idle_->push(slot);
    return true;
}

void Gate::came_free() noexcept {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (waiting_.load(std::memory_order_relaxed) == 0) return;
    const bool young = oldest_wait() < overtaking;
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

/// Clears the nudge before it looks, so that what comes free later nudges anew.
void Gate::look() noexcept {
    nudged_.store(false, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    serve();
}

/// Hands out what is idle, the oldest waiter first. The mutex is held, also while notifying: a waiter that is served
/// leaves only with the mutex, so that its condition variable is still there.
void Gate::serve() noexcept {
    while (first_ && !is_suspended()) {
        Slot* slot = take_idle();
        if (!slot) return;
        Waiter& waiter = *first_;
        waiter.outcome.slot = slot;
        leave_queue(waiter);
        waiter.wake.notify_one();
        std::atomic_thread_fence(std::memory_order_seq_cst);  // leaving has cleared the nudge, as look() does
    }
}

void Gate::join_queue(Waiter& waiter) noexcept {
    waiter.previous = last_;
    (last_ ? last_->next : first_) = &waiter;
    last_ = &waiter;
    if (waiting_.fetch_add(1, std::memory_order_relaxed) == 0) publish_queue();
}

void Gate::leave_queue(Waiter& waiter) noexcept {
    (waiter.previous ? waiter.previous->next : first_) = waiter.next;
    (waiter.next ? waiter.next->previous : last_) = waiter.previous;
    waiter.waiting = false;
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    publish_queue();
}

void Gate::publish_queue() noexcept {
    if (first_) oldest_since_.store(first_->since, std::memory_order_relaxed);
    nudged_.store(false, std::memory_order_relaxed);
}

/// Waiters for whom a connection is being opened, or can be, are not too many.
bool Gate::is_refused(int queued) const noexcept {
    if (!max_waiting_) return false;
    const Figures now = figures();
    const int room = permits_.load(std::memory_order_relaxed) - now.open + now.opening;
    return queued - std::max(room, 0) >= *max_waiting_;
}

Gate::Outcome Gate::wait(Clock::time_point deadline, const std::function<void()>& demand) {
    Waiter self;
    self.since = now_ns();
    std::unique_lock lock(mutex_);
    join_queue(self);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    serve();
    if (self.waiting && is_refused(waiters() - 1)) {
        leave_queue(self);
        return {.failure = Failure::queue_full};
    }
    for (auto ask_at = Clock::now(); self.waiting;) {
        // Nudged, before it slept or while; timed out; or woken for nothing. Who has timed out looks as well: a nudge
        // it got is for all.
        look();
        if (!self.waiting) break;
        const auto now = Clock::now();
        if (now >= deadline) {
            leave_queue(self);  // from here on a hand-over finds another
            break;
        }
        if (now >= ask_at) {
            ask_at = now + asking_again;
            lock.unlock();
            try {
                demand();
            } catch (...) {
                lock.lock();
                look();
                if (!self.waiting) return self.outcome;  // served meanwhile
                leave_queue(self);
                throw;
            }
            lock.lock();
            continue;
        }
        self.wake.wait_until(lock, std::min(deadline, ask_at));
    }
    return self.outcome;
}

void Gate::end_oldest(Failure failure, std::exception_ptr error) noexcept {
    Waiter& waiter = *first_;
    waiter.outcome.failure = failure;
    waiter.outcome.error = std::move(error);
    leave_queue(waiter);
    waiter.wake.notify_one();
}

void Gate::end_waits() noexcept {
    const std::lock_guard lock(mutex_);
    while (first_) end_oldest(Failure::disposed);
}

void Gate::fail_oldest(std::exception_ptr error) noexcept {
    const std::lock_guard lock(mutex_);
    look();  // it may have been nudged, and would leave without looking
    if (first_) end_oldest(Failure::error, std::move(error));
}

void Gate::fail_all() noexcept {
    const std::lock_guard lock(mutex_);
    while (first_) end_oldest(Failure::outage);
}

bool Gate::begin_opening(int limit, int wanted) noexcept {
    const std::lock_guard lock(mutex_);
    look();  // or a connection would be opened for one who has been nudged and has not looked yet
    const int opening = figures().opening;
    return opening < limit && opening < std::max(waiters(), wanted) && take_permit({.open = 1, .opening = 1});
}

void Gate::give_up_opening() noexcept {
    figures_.subtract({.open = 1, .opening = 1});
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

void Gate::resize(Limit size, Limit overflow) {
    const std::lock_guard lock(resize_mutex_);
    idle_->reserve(static_cast<std::size_t>(kept(size)));
    permits_.store(cap(size, overflow), std::memory_order_relaxed);
    keep_.store(kept(size), std::memory_order_release);  // who sees it sees the room for it
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

bool Gate::has_too_many() const noexcept {
    const Figures now = figures();
    return now.idle > kept_at_most() || (now.idle > 0 && now.open > permits_.load(std::memory_order_relaxed));
}

void Gate::resume() noexcept {
    suspended_.store(false, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    const std::lock_guard lock(mutex_);
    serve();
}

}  // namespace sociable::pool
