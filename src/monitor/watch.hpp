#pragma once

#include <sociable/engine/engine.hpp>
#include <sociable/health/pool_history.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace sociable::monitor {

/// Reads the pools of engines once a second, on a thread of its own, and keeps their history.
///
/// Thread safety: every member may be called by several threads at once.
class Watch {
public:
    /// @throws std::system_error when there is no thread to be had
    explicit Watch(const std::vector<Engine>& engines);
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch();

    std::vector<std::optional<PoolHistory::Point>> points(std::size_t engine, PoolHistory::Clock::time_point now) const;
    /// What it was like a minute ago, for HealthInput::earlier.
    std::optional<PoolStatus> minute_ago(std::size_t engine) const;

private:
    struct State;
    static void run(State& state);

    const std::shared_ptr<State> state_;  ///< outlives this until the thread has seen that it is to end
};

}  // namespace sociable::monitor
