#pragma once

#include <chrono>

namespace sociable {

/// What Pool::health_check() has found.
struct HealthCheck {
    int checked = 0;                       ///< connections that were asked
    int failed = 0;                        ///< of them, those found dead and closed
    std::chrono::microseconds slowest{0};  ///< answer of those that are well
};

}  // namespace sociable
