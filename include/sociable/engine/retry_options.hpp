#pragma once

#include <chrono>

namespace sociable {

/// How Engine::run_transaction() tries again.
struct RetryOptions {
    /// How often the function runs at most, at least 1.
    int attempts = 5;
    /// The pause before the second attempt; it doubles with each further one, and is shortened by up to half at random.
    std::chrono::milliseconds backoff{20};
    /// The longest pause.
    std::chrono::milliseconds max_backoff{1000};
};

}  // namespace sociable
