#include "pool/holder.hpp"
#include "pool/queue_pool.hpp"

#include <sociable/errors/timeout_error.hpp>

namespace sociable::pool {

namespace {

/// One connection at a time; the second checkout is a mistake in the program, and is told the place of the first.
class AssertionPool final : public QueuePool {
public:
    explicit AssertionPool(const Parts& parts) : QueuePool(parts, {.size = 1, .overflow = 0}) {}

    Slot& take(SourceLocation place) override {
        try {
            Slot& slot = QueuePool::take(std::chrono::milliseconds::zero());
            holder_.set(place);
            return slot;
        } catch (const TimeoutError&) {
            const auto held = holder_.get();
            throw InvalidRequestError("pool '" + parts_.settings.name +
                                      "': AssertionPool lends one connection at a time, and it is out since " +
                                      (held ? to_string(held->location) : "a moment ago"));
        }
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

std::unique_ptr<Strategy> make_assertion_pool(const Parts& parts) { return std::make_unique<AssertionPool>(parts); }

}  // namespace sociable::pool
