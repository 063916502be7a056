#include "pool/holders.hpp"
#include "pool/queue_pool.hpp"

#include <sociable/errors/timeout_error.hpp>

namespace sociable::pool {

namespace {

/// One connection at a time; the second checkout is a mistake in the program, and is told the place of the first.
class AssertionPool final : public QueuePool {
public:
    explicit AssertionPool(const Parts& parts) : QueuePool(parts, {.size = 1, .overflow = 0}) {}

    Slot& take(SourceLocation place, Patience patience) override {
        try {
            return take_at_once();
        } catch (const TimeoutError& e) {
            const auto& holders = e.info().holders;
            if (holders.empty()) return QueuePool::take(place, patience);  // it is being checked or replaced
            throw InvalidRequestError("pool '" + parts_.settings.name +
                                      "': AssertionPool lends one connection at a time, and it is out since " +
                                      to_string(holders.front().place));
        }
    }
    bool borrower_opens() const noexcept override { return true; }

    void resize(Limit size, Limit max_overflow) override { Strategy::resize(size, max_overflow); }
};

}  // namespace

std::unique_ptr<Strategy> make_assertion_pool(const Parts& parts) { return std::make_unique<AssertionPool>(parts); }

}  // namespace sociable::pool
