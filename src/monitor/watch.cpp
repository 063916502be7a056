#include "monitor/watch.hpp"

#include "pool/background.hpp"

#include <chrono>

namespace sociable::monitor {

struct Watch::State {
    explicit State(const std::vector<Engine>& all) : engines(all), histories(all.size()) {}

    const std::vector<Engine> engines;
    std::mutex mutex;
    std::condition_variable ended;
    bool end = false;
    std::vector<PoolHistory> histories;
};

Watch::Watch(const std::vector<Engine>& engines) : state_(std::make_shared<State>(engines)) {
    pool::run_in_background("sociable-watch", [state = state_] { run(*state); });
}

Watch::~Watch() {
    const std::lock_guard lock(state_->mutex);
    state_->end = true;
    state_->ended.notify_one();
}

void Watch::run(State& state) {
    auto next = PoolHistory::Clock::now();
    std::unique_lock lock(state.mutex);
    while (!state.end) {
        for (std::size_t i = 0; i < state.engines.size(); ++i) {
            lock.unlock();
            std::optional<PoolStatus> status;
            try {
                status = state.engines[i].pool().status();
            } catch (...) {  // lack of memory: one reading less
            }
            lock.lock();
            try {
                if (status) state.histories[i].add(*status);
            } catch (...) {  // the same
            }
        }
        next += std::chrono::seconds(1);
        state.ended.wait_until(lock, next, [&] { return state.end; });
    }
}

std::vector<std::optional<PoolHistory::Point>> Watch::points(std::size_t engine,
                                                             PoolHistory::Clock::time_point now) const {
    const std::lock_guard lock(state_->mutex);
    return state_->histories[engine].points(now);
}

std::optional<PoolStatus> Watch::minute_ago(std::size_t engine) const {
    const std::lock_guard lock(state_->mutex);
    return state_->histories[engine].minute_ago();
}

}  // namespace sociable::monitor
