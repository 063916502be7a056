#pragma once

#include "pool/slot.hpp"

#include <exception>
#include <memory>
#include <utility>

namespace sociable::pool {

class PoolCore;

/// What one borrower holds: a slot, given back exactly once, however the checkout ends. Keeps the pool alive.
class Checkout {
public:
    Checkout() noexcept = default;
    Checkout(std::shared_ptr<PoolCore> pool, Slot& slot) noexcept : pool_(std::move(pool)), slot_(&slot) {}
    Checkout(Checkout&& other) noexcept : pool_(std::move(other.pool_)), slot_(std::exchange(other.slot_, nullptr)) {}
    Checkout& operator=(Checkout&& other) noexcept {
        Checkout taken(std::move(other));
        std::swap(pool_, taken.pool_);
        std::swap(slot_, taken.slot_);
        return *this;
    }
    ~Checkout() {
        if (slot_) end();
    }

    explicit operator bool() const noexcept { return slot_ != nullptr; }
    Slot& slot() const noexcept { return *slot_; }
    PoolCore& pool() const noexcept { return *pool_; }

    /// Gives the slot back. @throws what a checkin listener throws, after the slot is back
    void close();
    /// Closes the connection and keeps the slot; reconnect() opens another in it. Harmless when there is none.
    void invalidate(std::exception_ptr error);
    /// @throws DatabaseError, and then the slot is unconnected
    void reconnect();
    /// Has the connection closed when it comes back.
    void soft_invalidate(std::exception_ptr error);
    /// The connection leaves the pool and is closed at the end.
    void detach();

private:
    void end() noexcept;  // what a listener throws is logged

    std::shared_ptr<PoolCore> pool_;
    Slot* slot_ = nullptr;
};

}  // namespace sociable::pool
