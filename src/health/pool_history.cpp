#include <sociable/health/pool_history.hpp>

#include "health/figures.hpp"

#include <algorithm>

namespace sociable {

namespace {

std::int64_t number_of(PoolHistory::Clock::time_point time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()) / PoolHistory::interval;
}

PoolHistory::Point point_of(const PoolStatus& s) {
    return {std::max(s.checked_out, 0), std::max(s.checked_in + s.checked_out + s.opening, 0), s.waiters,
            health::capacity(s)};
}

}  // namespace

void PoolHistory::add(const PoolStatus& status, Clock::time_point now) {
    const std::int64_t number = number_of(now);
    const Point point = point_of(status);
    if (intervals_.empty() || intervals_.back().number < number) {
        intervals_.push_back({number, now, status, point});
    } else {
        Point& most = intervals_.back().most;
        most.in_use = std::max(most.in_use, point.in_use);
        most.open = std::max(most.open, point.open);
        most.waiters = std::max(most.waiters, point.waiters);
        most.limit = point.limit;
    }
    const auto oldest = number - static_cast<std::int64_t>(longest);
    while (intervals_.front().number <= oldest) intervals_.pop_front();
}

std::vector<std::optional<PoolHistory::Point>> PoolHistory::points(Clock::time_point now) const {
    if (intervals_.empty()) return {};
    const std::int64_t last = std::max(number_of(now), intervals_.back().number);
    const std::int64_t first = std::max(intervals_.front().number, last - static_cast<std::int64_t>(longest) + 1);
    if (intervals_.back().number < first) return {};
    std::vector<std::optional<Point>> points(static_cast<std::size_t>(last - first + 1));
    for (const Interval& each : intervals_)
        if (each.number >= first) points[static_cast<std::size_t>(each.number - first)] = each.most;
    return points;
}

std::optional<PoolStatus> PoolHistory::minute_ago(Clock::time_point now) const {
    const auto found = std::find_if(intervals_.begin(), intervals_.end(), [&](const Interval& each) {
        return now - each.read_at <= std::chrono::minutes(1) + interval;
    });
    if (found == intervals_.end()) return std::nullopt;
    return found->status;
}

}  // namespace sociable
