#include "pool/queue_pool.hpp"

#include "log/log.hpp"
#include "pool/holders.hpp"

#include <sociable/errors/timeout_error.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>

namespace sociable::pool {

namespace {

constexpr std::chrono::milliseconds upkeep_at_most{10};

}  // namespace

QueuePool::QueuePool(const Parts& parts, const Gate::Settings& gate)
    : parts_(parts), gate_(gate, parts.storage), opener_(parts, gate_), demand_([this] { opener_.demand(); }) {}

Slot& QueuePool::take(SourceLocation place, Patience patience) {
    if (Slot* slot = gate_.try_take()) return *slot;
    const bool full = gate_.is_full();
    if (full) before_waiting(place);
    if (never_waits()) return take_at_once();
    if (!full && !gate_.is_suspended()) opener_.check();
    const Gate::Outcome outcome = gate_.wait(patience.until, demand_);
    if (!outcome.slot) refuse(outcome, patience.allowed);
    outcome.slot->took_time = true;
    return *outcome.slot;
}

Slot& QueuePool::take_at_once() {
    if (Slot* slot = gate_.try_take()) return *slot;
    if (!gate_.take_permit()) {
        // What nobody has borrowed is in the hands of upkeep, mostly for microseconds.
        if (!gate_.is_suspended() && static_cast<int>(holders(parts_.storage, {}).size()) < gate_.figures().open)
            if (const Gate::Outcome outcome = gate_.wait(after(upkeep_at_most), [] {}); outcome.slot)
                return *outcome.slot;
        refuse({}, parts_.settings.timeout);
    }
    try {
        return parts_.storage.take();
    } catch (...) {
        release_permit();
        throw;
    }
}

void QueuePool::before_waiting(SourceLocation place) {
    if (never_waits()) return;
    const OwnLoans own = own_loans(parts_.storage);
    if (own.count == 0) return;
    const auto now = parts_.settings.now();
    Clock::rep last = warned_at_.load(std::memory_order_relaxed);
    if (last != 0 && now - Clock::time_point(Clock::duration(last)) < std::chrono::minutes(1)) return;
    if (!warned_at_.compare_exchange_strong(last, now.time_since_epoch().count(), std::memory_order_relaxed)) return;
    log::pool().warn(
        "{}: thread {} waits for a connection at {} while it holds {}, the first taken at {}; all {} are in use. "
        "Threads that do so can wait for each other until they time out, unless pool_size + max_overflow >= threads x "
        "(connections that each holds at once - 1) + 1",
        parts_.settings.name, this_thread_number(), to_string(place), own.count, to_string(own.first),
        gate_.figures().open);
}

void QueuePool::refuse(const Gate::Outcome& outcome, std::chrono::milliseconds allowed) const {
    const Settings& settings = parts_.settings;
    switch (outcome.failure) {
        case Gate::Failure::queue_full:
            throw QueueFullError("pool '" + settings.name + "': " + std::to_string(*settings.max_waiting) +
                                 " checkouts are waiting already, which is pool_max_waiting");
        case Gate::Failure::disposed:
            throw ResourceClosedError("pool '" + settings.name + "' was disposed while this checkout was waiting");
        case Gate::Failure::error: std::rethrow_exception(outcome.error);
        case Gate::Failure::outage: opener_.raise_last_error();
        case Gate::Failure::timeout: break;
    }
    Counters::add(parts_.counters.timeouts);
    TimeoutInfo info;
    info.pool = settings.name;
    info.size = gate_.kept_at_most();
    const Figures now = gate_.figures();
    info.overflow = std::max(0, now.open - gate_.kept_at_most());
    info.checked_out = now.in_use();
    info.opening = now.opening;
    info.waiters = waiters() + 1;
    info.waited = allowed;
    info.oldest_wait =
        std::max(std::chrono::duration_cast<std::chrono::milliseconds>(gate_.oldest_wait()), info.waited);
    info.suspended = gate_.is_suspended();
    info.last_connect_error = parts_.lifecycle.last_connect_error();
    info.holders = holders(parts_.storage, settings.now());
    throw TimeoutError(std::move(info));
}

void QueuePool::put(Slot& slot) noexcept {
    if (slot.detached) {  // its permit went when it was detached
        if (slot.connected()) parts_.lifecycle.close(slot, CloseReason::detached);
        slot.detached = false;
        return parts_.storage.put(slot);
    }
    if (slot.connected()) {
        const std::uint64_t generation = parts_.lifecycle.generation();
        if (!parts_.lifecycle.is_outdated(slot) && gate_.keep(slot)) {
            // A dispose() that came in between has not found it idle.
            std::atomic_thread_fence(std::memory_order_seq_cst);
            if (parts_.lifecycle.generation() != generation) close_outdated();
            return;
        }
        return close(slot, parts_.lifecycle.is_outdated(slot) ? CloseReason::outdated : CloseReason::not_kept);
    }
    parts_.storage.put(slot);
    release_permit();
}

void QueuePool::detach(Slot&) noexcept { release_permit(); }

void QueuePool::release_permit() noexcept {
    gate_.release_permit();
    if (gate_.waiters() != 0) opener_.demand_quietly();
}

void QueuePool::close_idle() noexcept {
    while (Slot* slot = gate_.take_idle()) close(*slot, CloseReason::outdated);
}

void QueuePool::close(Slot& slot, CloseReason reason) noexcept {
    parts_.lifecycle.close(slot, reason);
    parts_.storage.put(slot);
    release_permit();
}

/// As many as are idle now: what is fit comes back behind them.
void QueuePool::close_outdated() noexcept {
    for (int left = gate_.figures().idle; left > 0; --left) {
        Slot* slot = gate_.take_idle();
        if (!slot) return;
        if (parts_.lifecycle.is_outdated(*slot))
            close(*slot, CloseReason::outdated);
        else if (!gate_.keep(*slot))
            close(*slot, CloseReason::not_kept);
    }
}

void QueuePool::resize(Limit size, Limit max_overflow) {
    gate_.resize(size, max_overflow);
    while (gate_.has_too_many()) {
        Slot* slot = gate_.take_idle();
        if (!slot) break;
        close(*slot, CloseReason::not_kept);
    }
    opener_.demand_quietly();
}

void QueuePool::suspend(bool suspended) {
    if (suspended) return gate_.suspend();
    gate_.resume();
    opener_.demand_quietly();
}

void Strategy::resize(Limit, Limit) { throw InvalidRequestError("only QueuePool has limits that can be changed"); }

void Strategy::suspend(bool) { throw InvalidRequestError("only QueuePool can be suspended"); }

std::unique_ptr<Strategy> make_queue_pool(const Parts& parts) {
    const Settings& s = parts.settings;
    return std::make_unique<QueuePool>(parts, Gate::Settings{s.size, s.max_overflow, s.lifo, s.max_waiting});
}

}  // namespace sociable::pool
