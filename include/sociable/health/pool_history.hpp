#pragma once

#include <sociable/pool/pool_status.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace sociable {

/// What a pool was like in the last quarter of an hour, made of readings that somebody takes from time to time.
///
/// Thread safety: a plain value.
class PoolHistory {
public:
    using Clock = std::chrono::steady_clock;

    /// The most of each that was seen within one interval.
    struct Point {
        int in_use = 0;
        int open = 0;  ///< idle, in use, and being opened
        int waiters = 0;
        std::optional<int> limit{};  ///< pool_size + max_overflow, where there is one
    };

    static constexpr std::chrono::seconds interval{5};
    static constexpr std::size_t longest = 180;  ///< intervals

    void add(const PoolStatus& status, Clock::time_point now = Clock::now());

    /// From the first reading on, at most `longest`, oldest first; the last is under way. Nothing where nobody read.
    std::vector<std::optional<Point>> points(Clock::time_point now = Clock::now()) const;

    /// The oldest reading of the last 60 to 65 s: what HealthInput::earlier wants. Nothing when there is none.
    std::optional<PoolStatus> minute_ago(Clock::time_point now = Clock::now()) const;

private:
    struct Interval {
        std::int64_t number;
        Clock::time_point read_at;  ///< the first reading, which is the one that is kept
        PoolStatus status;
        Point most;
    };

    std::deque<Interval> intervals_;
};

}  // namespace sociable
