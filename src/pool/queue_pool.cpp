#include "pool/queue_pool.hpp"

#include <sociable/errors/timeout_error.hpp>

#include <algorithm>

namespace sociable::pool {

QueuePool::QueuePool(const Parts& parts, const Gate::Settings& gate) : parts_(parts), gate_(gate, parts.storage) {}

Slot& QueuePool::take(SourceLocation) { return take(parts_.settings.timeout); }

Slot& QueuePool::take(std::chrono::milliseconds timeout) {
    const Gate::Outcome outcome = gate_.acquire(timeout);
    if (!outcome.grant) refuse(outcome.failure, timeout);
    if (outcome.grant->slot) return *outcome.grant->slot;
    try {
        return parts_.storage.take();
    } catch (...) {
        gate_.release_permit();
        throw;
    }
}

void QueuePool::refuse(Gate::Failure failure, std::chrono::milliseconds waited) const {
    const Settings& settings = parts_.settings;
    switch (failure) {
        case Gate::Failure::queue_full:
            throw QueueFullError("pool '" + settings.name + "': " + std::to_string(*settings.max_waiting) +
                                 " checkouts are waiting already, which is pool_max_waiting");
        case Gate::Failure::disposed:
            throw ResourceClosedError("pool '" + settings.name + "' was disposed while this checkout was waiting");
        case Gate::Failure::timeout: break;
    }
    Counters::add(parts_.counters.timeouts);
    TimeoutInfo info;
    info.pool = settings.name;
    info.size = settings.size.count();
    info.overflow = std::max(0, gate_.open() - settings.size.count());
    info.checked_out = checked_out();
    info.waiters = waiters() + 1;
    info.waited = waited;
    info.last_connect_error = parts_.lifecycle.last_connect_error();
    throw TimeoutError(std::move(info));
}

void QueuePool::put(Slot& slot) noexcept {
    if (slot.detached) {  // its permit went when it was detached
        if (slot.connected()) parts_.lifecycle.close(slot);
        slot.detached = false;
        return parts_.storage.put(slot);
    }
    if (slot.connected()) {
        if (!parts_.lifecycle.is_outdated(slot) && gate_.keep(slot)) return;
        parts_.lifecycle.close(slot);
    }
    parts_.storage.put(slot);
    gate_.release_permit();
}

void QueuePool::detach(Slot&) noexcept { gate_.release_permit(); }

void QueuePool::close_idle() noexcept {
    while (Slot* slot = gate_.take_idle()) {
        parts_.lifecycle.close(*slot);
        parts_.storage.put(*slot);
        gate_.release_permit();
    }
}

std::unique_ptr<Strategy> make_queue_pool(const Parts& parts) {
    const Settings& s = parts.settings;
    return std::make_unique<QueuePool>(parts, Gate::Settings{s.size, s.max_overflow, s.lifo, s.max_waiting});
}

}  // namespace sociable::pool
