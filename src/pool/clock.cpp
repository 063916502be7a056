#include "pool/clock.hpp"

#include <time.h>

namespace sociable::pool {

Clock::time_point coarse_now() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);  // the base of steady_clock
    return Clock::time_point(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

Clock::time_point after(std::chrono::nanoseconds timeout, Clock::time_point now) noexcept {
    return timeout < Clock::time_point::max() - now ? now + timeout : Clock::time_point::max();
}

}  // namespace sociable::pool
