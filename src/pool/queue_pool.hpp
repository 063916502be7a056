#pragma once

#include "pool/gate.hpp"
#include "pool/opener.hpp"
#include "pool/strategy.hpp"

#include <atomic>
#include <functional>

namespace sociable::pool {

/// Keeps up to `size` connections, opens up to `max_overflow` more, and then makes the next wait. Connections are
/// opened in the background, unless the borrower has no time to wait at all.
class QueuePool : public Strategy {
public:
    QueuePool(const Parts& parts, const Gate::Settings& gate);

    Slot& take(SourceLocation place, Patience patience) override;
    bool borrower_opens() const noexcept override { return never_waits(); }
    void check_reachable() const override { opener_.check(); }
    void put(Slot& slot) noexcept override;
    void detach(Slot& slot) noexcept override;
    void close_idle() noexcept override;
    Slot* take_idle() noexcept override { return gate_.take_idle(); }
    void top_up() noexcept override { opener_.demand_quietly(); }
    void end_waits() noexcept override { gate_.end_waits(); }

    Figures figures() const noexcept override { return gate_.figures(); }
    int waiters() const noexcept override { return gate_.waiters(); }
    std::chrono::nanoseconds oldest_wait() const noexcept override { return gate_.oldest_wait(); }

    void resize(Limit size, Limit max_overflow) override;
    void suspend(bool suspended) override;
    bool is_suspended() const noexcept override { return gate_.is_suspended(); }

protected:
    Slot& take_at_once();
    /// All connections are in use. A thread that waits while it holds one may be waiting for itself, or for others that
    /// do the same: it is warned, at most once a minute.
    virtual void before_waiting(SourceLocation place);

    Parts parts_;

private:
    bool never_waits() const noexcept { return parts_.settings.timeout <= std::chrono::milliseconds::zero(); }
    void close(Slot& slot, CloseReason reason) noexcept;
    void close_outdated() noexcept;
    void release_permit() noexcept;
    [[noreturn]] void refuse(const Gate::Outcome& outcome, std::chrono::milliseconds allowed) const;

    Gate gate_;
    Opener opener_;
    const std::function<void()> demand_;
    std::atomic<Clock::rep> warned_at_{0};
};

}  // namespace sociable::pool
