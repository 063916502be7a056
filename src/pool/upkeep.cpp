#include "pool/upkeep.hpp"

#include "pool/background.hpp"
#include "pool/clock.hpp"
#include "pool/fork_epoch.hpp"
#include "pool/pool_core.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace sociable::pool {

namespace {

struct Entry {
    const PoolCore* key;
    std::weak_ptr<PoolCore> pool;
    std::chrono::milliseconds period;
    Clock::time_point due;
};

/// Shared with the thread, since it may end after static destruction. A fork leaves the child no thread, and perhaps a
/// locked mutex: the child makes another.
struct Upkeep {
    explicit Upkeep(unsigned e) : epoch(e) {}

    const unsigned epoch;
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Entry> entries;
    bool running = false;
};

std::shared_ptr<Upkeep> upkeep_of_process() {
    static auto* mutex = new std::mutex;  // never destroyed, as the engines of static objects end late
    static auto* current = new std::shared_ptr<Upkeep>;
    const std::lock_guard lock(*mutex);
    if (!*current || (*current)->epoch != fork_epoch()) *current = std::make_shared<Upkeep>(fork_epoch());
    return *current;
}

void run(Upkeep& upkeep) {
    std::unique_lock lock(upkeep.mutex);
    while (!upkeep.entries.empty()) {
        auto& next = *std::ranges::min_element(upkeep.entries, {}, &Entry::due);
        if (next.due > Clock::now()) {
            upkeep.changed.wait_until(lock, Clock::time_point(next.due));
            continue;
        }
        next.due = Clock::now() + next.period;
        auto pool = next.pool.lock();
        if (!pool) {
            std::erase_if(upkeep.entries, [&](const Entry& e) { return &e == &next; });
            continue;
        }
        lock.unlock();
        pool->maintenance().pass();
        pool.reset();  // perhaps the last of its handles
        lock.lock();
    }
    upkeep.running = false;
}

}  // namespace

void start_upkeep(const std::shared_ptr<PoolCore>& pool, std::chrono::milliseconds period) {
    const auto upkeep = upkeep_of_process();
    const std::lock_guard lock(upkeep->mutex);
    upkeep->entries.push_back({pool.get(), pool, period, Clock::now()});
    if (!upkeep->running) {
        try {
            run_in_background("sociable-upkeep", [upkeep] { run(*upkeep); });
        } catch (...) {
            upkeep->entries.pop_back();
            throw;
        }
        upkeep->running = true;
    }
    upkeep->changed.notify_one();
}

void end_upkeep(const PoolCore& pool) noexcept {
    const auto upkeep = upkeep_of_process();
    const std::lock_guard lock(upkeep->mutex);
    std::erase_if(upkeep->entries, [&](const Entry& e) { return e.key == &pool; });
    upkeep->changed.notify_one();
}

}  // namespace sociable::pool
