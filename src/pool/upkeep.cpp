#include "pool/upkeep.hpp"

#include "pool/background.hpp"
#include "pool/clock.hpp"
#include "pool/per_process.hpp"
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

struct Upkeep {
    explicit Upkeep(unsigned e) : epoch(e) {}

    const unsigned epoch;
    const Upkeep* parents = nullptr;
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Entry> entries;
    bool running = false;
};

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
    auto& upkeep = per_process<Upkeep>();
    const std::lock_guard lock(upkeep.mutex);
    upkeep.entries.push_back({pool.get(), pool, period, Clock::now()});
    if (!upkeep.running) {
        try {
            run_in_background("sociable-upkeep", [&upkeep] { run(upkeep); });
        } catch (...) {
            upkeep.entries.pop_back();
            throw;
        }
        upkeep.running = true;
    }
    upkeep.changed.notify_one();
}

void end_upkeep(const PoolCore& pool) noexcept {
    auto& upkeep = per_process<Upkeep>();
    const std::lock_guard lock(upkeep.mutex);
    std::erase_if(upkeep.entries, [&](const Entry& e) { return e.key == &pool; });
    upkeep.changed.notify_one();
}

}  // namespace sociable::pool
