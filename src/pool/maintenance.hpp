#pragma once

#include "pool/strategy.hpp"

#include <sociable/pool/health_check.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

namespace sociable::pool {

/// What is done to a pool's idle connections while nobody asks for them, and the report of those held too long. It
/// works on one idle connection at a time; the others are missing for microseconds only, while it looks for that one.
///
/// Thread safety: every member may be called by several threads at once.
class Maintenance {
public:
    Maintenance(const Parts& parts, Strategy& strategy) : parts_(parts), strategy_(strategy) {}

    /// How often pass() is to be called; none: the pool needs no upkeep.
    std::optional<std::chrono::milliseconds> period() const;
    /// Reports leaks, closes what is idle for too long, checks what hasn't been heard of for a while, replaces what is
    /// about to expire, and keeps the minimum warm.
    void pass() noexcept;
    /// Asks every idle connection whether it works, and closes what doesn't.
    HealthCheck check_idle();
    /// Replaces the idle connections that are outdated or about to expire, on the calling thread.
    void renew_idle() noexcept;

private:
    using Condition = std::function<bool(const Slot&)>;

    bool is_due_for_renewal(const Slot& slot) const noexcept;
    bool any_idle(const Condition& condition) const;
    Slot* take_idle(const Condition& condition);
    void report_leaks();
    void renew_one_by_one() noexcept;
    void close_idle_for_long();
    void check_unheard_of();
    bool is_well(Slot& slot) noexcept;

    Parts parts_;
    Strategy& strategy_;
    std::atomic<bool> renewing_{false};
    std::atomic<bool> renewal_due_{false};
    std::atomic<std::uint64_t> rounds_{0};
};

}  // namespace sociable::pool
