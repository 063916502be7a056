#pragma once

#include "pool/slot_storage.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace sociable::pool {

/// Slots that are connected and idle. No locks, for any number of threads. A pop() that meets a push() under way may
/// find nothing; the pusher looks for waiters after its push, which is what the gate relies on.
class IdleList {
public:
    virtual ~IdleList() = default;
    /// There is room: the gate counts.
    virtual void push(Slot& slot) noexcept = 0;
    /// Null when there is none.
    virtual Slot* pop() noexcept = 0;
    /// Makes room for `capacity` slots, one thread at a time. @throws std::bad_alloc
    virtual void reserve(std::size_t capacity) = 0;
};

/// First in, first out.
///
/// A ring of cells, each with a turn number: a cell whose turn equals the tail may be filled by whoever advances the
/// tail, and then carries turn + 1, for whoever advances the head; emptied, it carries the turn of the next round. The
/// turn is stored with release and loaded with acquire order, and so hands the slot's contents over with it.
class Ring {
public:
    explicit Ring(std::size_t capacity);
    void push(Slot& slot) noexcept;
    Slot* pop() noexcept;
    std::size_t capacity() const noexcept { return mask_ + 1; }

private:
    struct Cell {
        std::atomic<std::size_t> turn;
        Slot* slot;
    };

    std::size_t mask_;
    std::unique_ptr<Cell[]> cells_;
    alignas(64) std::atomic<std::size_t> head_{0};
    alignas(64) std::atomic<std::size_t> tail_{0};
};

/// A ring, and a larger one beside it when the pool has grown. What is pushed goes to the newest; what is popped comes
/// from the oldest that has something, so that no slot is left behind, not even by a push that came late.
class FifoList final : public IdleList {
public:
    explicit FifoList(std::size_t capacity);
    void push(Slot& slot) noexcept override;
    Slot* pop() noexcept override;
    void reserve(std::size_t capacity) override;

private:
    static constexpr std::size_t most_rings = 24;  // each is at least twice as large as the one before

    std::array<std::unique_ptr<Ring>, most_rings> rings_;
    /// Published with release order, so that who sees the count sees the rings.
    std::atomic<std::size_t> count_{1};
};

/// Last in, first out.
///
/// A linked stack of slot numbers. Its top carries a count that every change raises, so that a pop() that was overtaken
/// by a pop and a push of the same slot does not take a stale link for a valid one (the ABA problem). Push releases,
/// pop acquires.
class LifoList final : public IdleList {
public:
    explicit LifoList(SlotStorage& storage) : storage_(storage) {}
    void push(Slot& slot) noexcept override;
    Slot* pop() noexcept override;
    void reserve(std::size_t) override {}

private:
    SlotStorage& storage_;
    alignas(64) std::atomic<std::uint64_t> top_{0};  ///< low half: slot number + 1, or 0; high half: count of changes
};

}  // namespace sociable::pool
