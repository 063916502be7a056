#include <sociable/pool/pool.hpp>

#include "pool/pool_core.hpp"

namespace sociable {

PoolStatus Pool::status() const { return core().status(); }

PoolTimes Pool::times() const { return core().times(); }

PoolTimes Pool::recent_times() const { return core().recent_times(); }

void Pool::invalidate() { core().invalidate_all(); }

std::vector<Holder> Pool::holders() const { return core().holders(); }

HealthCheck Pool::health_check(SourceLocation place) { return core().health_check(place); }

std::vector<PooledConnection> Pool::connections() const { return core().connections(); }

std::chrono::microseconds Pool::round_trip(std::chrono::milliseconds longest_wait, SourceLocation place) {
    if (longest_wait < std::chrono::milliseconds::zero())
        throw ArgumentError("round_trip: the longest wait is " + std::to_string(longest_wait.count()) +
                            " ms; valid are 0 and more");
    return std::chrono::ceil<std::chrono::microseconds>(core().round_trip(longest_wait, place));
}

std::chrono::microseconds Pool::round_trip(SourceLocation place) {
    return round_trip(std::chrono::milliseconds::max(), place);
}

void Pool::reconnect() { core().reconnect(); }

void Pool::resize(Limit size, Limit max_overflow) {
    if (!size.is_unlimited() && size.count() < 1)
        throw ArgumentError("resize: the size is " + std::to_string(size.count()) +
                            "; valid are 1 and more, or unlimited");
    if (!max_overflow.is_unlimited() && max_overflow.count() < 0)
        throw ArgumentError("resize: the overflow is " + std::to_string(max_overflow.count()) +
                            "; valid are 0 and more, or unlimited");
    core().resize(size, max_overflow);
}

void Pool::suspend() { core().suspend(true); }

void Pool::resume() { core().suspend(false); }

EventHub& Pool::hub() const { return core().hub(); }

pool::PoolCore& Pool::core() const {
    if (core_->is_of_parent())
        throw InvalidRequestError("pool '" + core_->settings().name +
                                  "': this handle is from before fork(); ask the engine for its pool again");
    return *core_;
}

}  // namespace sociable
