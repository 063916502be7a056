#pragma once

#include <chrono>

namespace sociable::pool {

/// What every deadline and age is measured with: it never jumps.
using Clock = std::chrono::steady_clock;

/// Clock's time of the last tick, a few milliseconds old at most, for a quarter of the price. For ages.
Clock::time_point coarse_now() noexcept;

/// `timeout` from now; the latest time that the clock can tell stands for what lies beyond it.
Clock::time_point after(std::chrono::nanoseconds timeout, Clock::time_point now = Clock::now()) noexcept;

}  // namespace sociable::pool
