#pragma once

#include "pool/fork_epoch.hpp"

#include <atomic>
#include <memory>

namespace sociable::pool {

/// The one T of this process; the child of a fork makes another, since it has none of the parent's threads, and perhaps
/// a mutex that one of them had locked. Never destroyed, as threads and static objects may use it to the very end. No
/// lock, for the same reason as above. T is made with the epoch, has it as `epoch`, and keeps the parent's as
/// `parents`, or that would look like a leak.
template <class T>
T& per_process() {
    static std::atomic<T*> current{nullptr};
    T* seen = current.load(std::memory_order_acquire);
    while (!seen || seen->epoch != fork_epoch()) {
        auto made = std::make_unique<T>(fork_epoch());
        made->parents = seen;
        if (current.compare_exchange_strong(seen, made.get(), std::memory_order_acq_rel, std::memory_order_acquire))
            seen = made.release();
    }
    return *seen;
}

}  // namespace sociable::pool
