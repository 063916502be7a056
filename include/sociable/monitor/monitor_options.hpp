#pragma once

#include <sociable/health/advice.hpp>
#include <sociable/health/health.hpp>
#include <sociable/health/metrics.hpp>

#include <chrono>
#include <string>

namespace sociable {

/// How a monitor answers.
struct MonitorOptions {
    /// Whoever asks must send `Authorization: Bearer` and this. It guards all but /health, /health/ready and the page,
    /// which holds no figures of its own. Of printable ASCII without blanks. Empty: anybody may ask.
    std::string token{};
    /// Answers /metrics to everybody, token or not.
    bool open_metrics = false;

    HealthOptions health{};    ///< when to warn
    AdviceOptions advice{};    ///< what the pools are to reach
    MetricsOptions metrics{};  ///< which names /metrics gives

    /// How long a database may take before it counts as one that doesn't answer. Above zero. Until it has answered, it
    /// isn't asked again, and whoever asks the monitor is told so at once.
    std::chrono::milliseconds database_timeout{2000};
    /// An answer of a database is told to all who ask within this time, so that many who ask cost it no more than one.
    /// Zero: each one asks it anew, unless it is being asked.
    std::chrono::milliseconds database_max_age{1000};
};

}  // namespace sociable
