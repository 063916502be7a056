#include "pool/pooled_connections.hpp"

#include "pool/holders.hpp"

#include <algorithm>

namespace sociable::pool {

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

std::chrono::milliseconds since(Clock::time_point then, Clock::time_point now) {
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(now - then), std::chrono::milliseconds(0));
}

}  // namespace

std::vector<PooledConnection> pooled_connections(const SlotStorage& storage, Clock::time_point now) {
    std::vector<PooledConnection> all;
    storage.for_each([&](const Slot& slot) {
        if (slot.detached.load(relaxed)) return;
        PooledConnection each;
        // What opening writes is written before the generation; the id tells whether another has been opened meanwhile.
        const std::uint64_t generation = slot.generation.load(std::memory_order_acquire);
        const std::uint64_t id = slot.connection_id.load(relaxed);
        if (generation != 0) {
            each.connection_id = id;
            each.age = since(slot.opened_at.load(relaxed), now);
            each.idle = since(slot.idle_since.load(relaxed), now);
            const std::uint64_t before = slot.used_before.load(relaxed);
            each.checkouts = std::max(slot.checkouts.load(relaxed), before) - before;
        }
        each.holder = holder(slot, now);
        if (each.holder) each.idle = {};
        std::atomic_thread_fence(std::memory_order_acquire);
        const bool same = slot.generation.load(relaxed) == generation && slot.connection_id.load(relaxed) == id;
        if (same && (generation != 0 || each.holder)) all.push_back(std::move(each));
    });
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a.connection_id - 1 < b.connection_id - 1; });  // 0 comes last
    return all;
}

}  // namespace sociable::pool
