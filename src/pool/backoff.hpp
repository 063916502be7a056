#pragma once

#include <chrono>
#include <cstdint>

namespace sociable::pool {

/// Uniform in [0, 1), of a generator of the calling thread's own.
double random_share();

/// Waits that double from `first` up to `most`, each shortened by up to half at random, so that what failed together
/// isn't tried again together.
class Backoff {
public:
    Backoff(std::chrono::nanoseconds first, std::chrono::nanoseconds most) noexcept : next_(first), most_(most) {}

    std::chrono::nanoseconds next();

private:
    std::chrono::nanoseconds next_;
    std::chrono::nanoseconds most_;
};

}  // namespace sociable::pool
