#include "pool/holders.hpp"
#include "pool/queue_pool.hpp"

namespace sociable::pool {

namespace {

/// One connection, used by all in turn: a queue of one.
class StaticPool final : public QueuePool {
public:
    explicit StaticPool(const Parts& parts)
        : QueuePool(parts, {.size = 1, .overflow = 0, .max_waiting = parts.settings.max_waiting}) {}

    void resize(Limit size, Limit max_overflow) override { Strategy::resize(size, max_overflow); }

protected:
    /// Waiting for oneself would only end with the timeout.
    void before_waiting(SourceLocation) override {
        if (const OwnLoans own = own_loans(parts_.storage); own.count != 0)
            throw InvalidRequestError("pool '" + parts_.settings.name +
                                      "': StaticPool has one connection, and this thread holds it since " +
                                      to_string(own.first) + "; close that one first");
    }
};

}  // namespace

std::unique_ptr<Strategy> make_static_pool(const Parts& parts) { return std::make_unique<StaticPool>(parts); }

}  // namespace sociable::pool
