#pragma once

#include "pool/gate.hpp"
#include "pool/strategy.hpp"

namespace sociable::pool {

/// Keeps up to `size` connections, opens up to `max_overflow` more, and then makes the next wait.
class QueuePool : public Strategy {
public:
    QueuePool(const Parts& parts, const Gate::Settings& gate);

    Slot& take(SourceLocation place) override;
    void put(Slot& slot) noexcept override;
    void detach(Slot& slot) noexcept override;
    void close_idle() noexcept override;
    void end_waits() noexcept override { gate_.end_waits(); }

    int checked_in() const noexcept override { return gate_.idle(); }
    int checked_out() const noexcept override { return gate_.open() - gate_.idle(); }
    int waiters() const noexcept override { return gate_.waiters(); }

protected:
    Slot& take(std::chrono::milliseconds timeout);

    Parts parts_;

private:
    [[noreturn]] void refuse(Gate::Failure failure, std::chrono::milliseconds waited) const;

    Gate gate_;
};

}  // namespace sociable::pool
