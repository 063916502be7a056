#include "pool/idle_list.hpp"

#include <algorithm>
#include <bit>
#include <thread>

namespace sociable::pool {

Ring::Ring(std::size_t capacity)
    : mask_(std::bit_ceil(capacity < 2 ? std::size_t{2} : capacity) - 1), cells_(new Cell[mask_ + 1]) {
    for (std::size_t i = 0; i <= mask_; ++i) {
        cells_[i].turn.store(i, std::memory_order_relaxed);
        cells_[i].slot = nullptr;
    }
}

void Ring::push(Slot& slot) noexcept {
    std::size_t tail = tail_.load(std::memory_order_relaxed);
    for (;;) {
        Cell& cell = cells_[tail & mask_];
        if (cell.turn.load(std::memory_order_acquire) == tail) {
            if (tail_.compare_exchange_weak(tail, tail + 1, std::memory_order_relaxed)) {
                cell.slot = &slot;
                cell.turn.store(tail + 1, std::memory_order_release);
                return;
            }
        } else {
            const std::size_t seen = tail;
            tail = tail_.load(std::memory_order_relaxed);
            if (tail == seen) std::this_thread::yield();  // the pop that empties this cell has been interrupted
        }
    }
}

Slot* Ring::pop() noexcept {
    std::size_t head = head_.load(std::memory_order_relaxed);
    for (;;) {
        Cell& cell = cells_[head & mask_];
        const std::size_t turn = cell.turn.load(std::memory_order_acquire);
        if (turn == head + 1) {
            if (head_.compare_exchange_weak(head, head + 1, std::memory_order_relaxed)) {
                Slot* slot = cell.slot;
                cell.turn.store(head + mask_ + 1, std::memory_order_release);
                return slot;
            }
        } else if (turn == head) {
            return nullptr;
        } else {
            head = head_.load(std::memory_order_relaxed);
        }
    }
}

FifoList::FifoList(std::size_t capacity) { rings_[0] = std::make_unique<Ring>(capacity); }

void FifoList::push(Slot& slot) noexcept { rings_[count_.load(std::memory_order_acquire) - 1]->push(slot); }

Slot* FifoList::pop() noexcept {
    const std::size_t count = count_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < count; ++i)
        if (Slot* slot = rings_[i]->pop()) return slot;
    return nullptr;
}

void FifoList::reserve(std::size_t capacity) {
    const std::size_t count = count_.load(std::memory_order_relaxed);
    const std::size_t largest = rings_[count - 1]->capacity();
    if (capacity <= largest) return;
    rings_[count] = std::make_unique<Ring>(std::max(capacity, 2 * largest));
    count_.store(count + 1, std::memory_order_release);
}

namespace {

constexpr std::uint64_t number_mask = 0xffffffffU;

constexpr std::uint64_t changed(std::uint64_t top, std::uint64_t number) { return ((top >> 32) + 1) << 32 | number; }

}  // namespace

void LifoList::push(Slot& slot) noexcept {
    std::uint64_t top = top_.load(std::memory_order_relaxed);
    do {
        slot.next_idle.store(static_cast<std::uint32_t>(top & number_mask), std::memory_order_relaxed);
    } while (!top_.compare_exchange_weak(top, changed(top, std::uint64_t{slot.id} + 1), std::memory_order_release,
                                         std::memory_order_relaxed));
}

Slot* LifoList::pop() noexcept {
    std::uint64_t top = top_.load(std::memory_order_acquire);
    for (;;) {
        const auto number = static_cast<std::uint32_t>(top & number_mask);
        if (number == 0) return nullptr;
        Slot& slot = storage_.at(number - 1);
        const std::uint64_t next = slot.next_idle.load(std::memory_order_relaxed);
        if (top_.compare_exchange_weak(top, changed(top, next), std::memory_order_acquire, std::memory_order_acquire))
            return &slot;
    }
}

}  // namespace sociable::pool
