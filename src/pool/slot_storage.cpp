#include "pool/slot_storage.hpp"

#include <soci/connection-pool.h>
#include <soci/soci.h>

#include <algorithm>
#include <deque>
#include <stdexcept>

namespace sociable::pool {

struct SlotStorage::Segment {
    Segment(std::size_t first_id, std::size_t size, std::size_t statement_cache_size) : sessions(size) {
        for (std::size_t i = 0; i < size; ++i)
            slots.emplace_back(static_cast<std::uint32_t>(first_id + i), sessions.at(i), statement_cache_size);
    }

    soci::connection_pool sessions;
    std::deque<Slot> slots;  // a slot is neither copied nor moved
};

namespace {

// Segment k begins at first * (2^k - 1) and has first * 2^k slots.
std::size_t begin_of(std::size_t first, std::size_t segment) { return first * ((std::size_t{1} << segment) - 1); }

}  // namespace

SlotStorage::SlotStorage(std::size_t first, std::size_t statement_cache_size)
    : first_(std::max<std::size_t>(first, 1)), statement_cache_size_(statement_cache_size) {}

SlotStorage::~SlotStorage() {
    for (auto& segment : segments_) delete segment.load(std::memory_order_relaxed);
}

Slot& SlotStorage::take() {
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) grow();
    Slot& slot = *spare_.back();
    spare_.pop_back();
    return slot;
}

void SlotStorage::put(Slot& slot) noexcept {
    const std::lock_guard lock(mutex_);
    spare_.push_back(&slot);
}

Slot& SlotStorage::at(std::uint32_t id) noexcept {
    std::size_t k = 0;
    while (id >= begin_of(first_, k + 1)) ++k;
    return segments_[k].load(std::memory_order_acquire)->slots[id - begin_of(first_, k)];
}

void SlotStorage::for_each(const std::function<void(Slot&)>& f) const {
    for (const auto& published : segments_) {
        Segment* segment = published.load(std::memory_order_acquire);
        if (!segment) return;
        for (Slot& slot : segment->slots) f(slot);
    }
}

void SlotStorage::grow() {
    const std::size_t k = segment_count_;
    if (k == max_segments) throw std::bad_alloc();
    const std::size_t size = first_ << k;
    auto segment = std::make_unique<Segment>(begin_of(first_, k), size, statement_cache_size_);
    spare_.reserve(begin_of(first_, k + 1));
    // The slots with the lowest numbers go out first.
    for (auto slot = segment->slots.rbegin(); slot != segment->slots.rend(); ++slot) spare_.push_back(&*slot);
    segments_[k].store(segment.release(), std::memory_order_release);
    ++segment_count_;
}

}  // namespace sociable::pool
