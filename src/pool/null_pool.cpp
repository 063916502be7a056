#include "pool/strategy.hpp"

#include <atomic>

namespace sociable::pool {

namespace {

/// Opens at checkout, closes at return. No limit, no waiting.
class NullPool final : public Strategy {
public:
    explicit NullPool(const Parts& parts) : parts_(parts) {}

    Slot& take(SourceLocation, Patience) override {
        Slot& slot = parts_.storage.take();
        out_.fetch_add(1, std::memory_order_relaxed);
        return slot;
    }

    void put(Slot& slot) noexcept override {
        if (slot.connected())
            parts_.lifecycle.close(slot, slot.detached ? CloseReason::detached : CloseReason::not_kept);
        if (!slot.detached) out_.fetch_sub(1, std::memory_order_relaxed);
        slot.detached = false;
        parts_.storage.put(slot);
    }

    void detach(Slot&) noexcept override { out_.fetch_sub(1, std::memory_order_relaxed); }
    void close_idle() noexcept override {}
    Figures figures() const noexcept override { return {.open = out_.load(std::memory_order_relaxed)}; }

private:
    Parts parts_;
    std::atomic<int> out_{0};
};

}  // namespace

std::unique_ptr<Strategy> make_null_pool(const Parts& parts) { return std::make_unique<NullPool>(parts); }

}  // namespace sociable::pool
