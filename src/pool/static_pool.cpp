#include "pool/holder.hpp"
#include "pool/queue_pool.hpp"

namespace sociable::pool {

namespace {

/// One connection, used by all in turn: a queue of one.
class StaticPool final : public QueuePool {
public:
    explicit StaticPool(const Parts& parts)
        : QueuePool(parts, {.size = 1, .overflow = 0, .max_waiting = parts.settings.max_waiting}) {}

    Slot& take(SourceLocation place) override {
        // Waiting for oneself would only end with the timeout.
        if (const auto held = holder_.get(); held && held->thread == std::this_thread::get_id())
            throw InvalidRequestError("pool '" + parts_.settings.name +
                                      "': StaticPool has one connection, and this thread holds it since " +
                                      to_string(held->location) + "; close that one first");
        Slot& slot = QueuePool::take(place);
        holder_.set(place);
        return slot;
    }

    void put(Slot& slot) noexcept override {
        if (!slot.detached) holder_.clear();
        QueuePool::put(slot);
    }

    void detach(Slot& slot) noexcept override {
        holder_.clear();
        QueuePool::detach(slot);
    }

private:
    Holder holder_;
};

}  // namespace

std::unique_ptr<Strategy> make_static_pool(const Parts& parts) { return std::make_unique<StaticPool>(parts); }

}  // namespace sociable::pool
