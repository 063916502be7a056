#include "pool/recent_times.hpp"

#include <algorithm>

namespace sociable::pool {

namespace {

PoolTimes difference(const PoolTimes& now, const PoolTimes& then) {
    return {now.wait.since(then.wait), now.connect.since(then.connect), now.use.since(then.use),
            now.ping.since(then.ping), now.reset.since(then.reset),     {}};
}

}  // namespace

void RecentTimes::keep(Clock::time_point now) noexcept {
    try {
        const PoolTimes times = read_();
        const std::lock_guard lock(mutex_);
        if (readings_.capacity() == 0) {  // all of them at once, and written to: a pool that works doesn't grow
            readings_.resize(span / step + 2);
            readings_.clear();
        }
        std::erase_if(readings_, [&](const Reading& r) { return r.at < now - span - step; });
        readings_.push_back({now, times});
    } catch (...) {
        // No memory: the next one is kept again.
    }
}

PoolTimes RecentTimes::last_minute(Clock::time_point now) const {
    const PoolTimes times = read_();
    const std::lock_guard lock(mutex_);
    // The first that is young enough: what happened since the one before it was done before the minute began.
    const auto first =
        std::find_if(readings_.begin(), readings_.end(), [&](const Reading& r) { return r.at >= now - span - step; });
    if (first == readings_.end()) return {};
    PoolTimes recent = difference(times, first->times);
    recent.period = now - first->at;
    return recent;
}

}  // namespace sociable::pool
