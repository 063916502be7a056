#include "monitor/database_probe.hpp"

#include "pool/background.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace sociable::monitor {

using Clock = std::chrono::steady_clock;

struct DatabaseProbe::State {
    State(Engine e, std::shared_ptr<const Watch> w, std::size_t n, const MonitorOptions& o)
        : engine(std::move(e)),
          watch(std::move(w)),
          number(n),
          health(o.health),
          timeout(o.database_timeout),
          max_age(o.database_max_age) {}

    Engine engine;
    const std::shared_ptr<const Watch> watch;
    const std::size_t number;
    const HealthOptions health;
    const std::chrono::milliseconds timeout, max_age;

    /// One time of asking. Whoever waits for it has it, so that the next one can begin before they wake up.
    struct Run {
        Clock::time_point since = Clock::now();
        bool ended = false;
        std::optional<DatabaseAnswer> answer{};  ///< none when there was no memory for it
    };

    std::mutex mutex;
    std::condition_variable ended;
    std::shared_ptr<Run> run{};  ///< the last
};

DatabaseProbe::DatabaseProbe(Engine engine, std::shared_ptr<const Watch> watch, std::size_t number,
                             const MonitorOptions& options)
    : state_(std::make_shared<State>(std::move(engine), std::move(watch), number, options)) {}

namespace {

/// From figures alone, when the database has nothing to say.
DatabaseAnswer unanswered(const Engine& engine, const std::optional<PoolStatus>& earlier, const HealthOptions& options,
                          std::string error) {
    const Pool pool = engine.pool();
    HealthInput input{.status = pool.status(), .earlier = earlier, .holders = pool.holders()};
    input.round_trip_error = error;
    return {.health = judge(input, options), .error = std::move(error)};
}

std::string why_not_asked(const Health& health) {
    for (const HealthReason& reason : health.reasons)
        if (reason.cause == HealthCause::round_trip_failed) return reason.text;
    for (const HealthReason& reason : health.reasons)
        if (reason.cause == HealthCause::suspended) return "The pool is suspended, so the database was not asked.";
    return "No connection was free, so the database was not asked.";
}

}  // namespace

DatabaseAnswer DatabaseProbe::answer(State& state) {
    HealthInput known{.earlier = state.watch->minute_ago(state.number)};
    DatabaseAnswer answer{.health = check_health(state.engine, state.health, known), .asked_at = Clock::now()};
    if (!answer.answers()) {
        answer.error = why_not_asked(answer.health);
        return answer;
    }
    try {
        Connection connection = state.engine.connect({.isolation_level = IsolationLevel::autocommit});
        known.server = answer.server = server_activity(connection);
    } catch (...) {  // it was well just now: whoever asks next will see
        return answer;
    }
    const Pool pool = state.engine.pool();
    known.status = pool.status();
    known.holders = pool.holders();
    known.round_trip = answer.health.round_trip;
    answer.health = judge(known, state.health);
    return answer;
}

DatabaseAnswer DatabaseProbe::ask() {
    std::unique_lock lock(state_->mutex);
    begin_if_due(state_);
    const auto run = state_->run;
    state_->ended.wait_until(lock, run->since + state_->timeout, [&] { return run->ended; });
    if (run->answer) return *run->answer;
    lock.unlock();
    return unanswered(state_->engine, state_->watch->minute_ago(state_->number), state_->health,
                      "The database did not answer within " + std::to_string(state_->timeout.count()) + " ms.");
}

void DatabaseProbe::begin() {
    const std::lock_guard lock(state_->mutex);
    begin_if_due(state_);
}

/// With the mutex locked.
void DatabaseProbe::begin_if_due(const std::shared_ptr<State>& state) {
    const auto last = state->run;
    if (last && (!last->ended || Clock::now() - last->since < state->max_age)) return;
    auto run = std::make_shared<State::Run>();
    const auto end = [state, run](std::optional<DatabaseAnswer> answer) {
        const std::lock_guard lock(state->mutex);
        run->answer = std::move(answer);
        run->ended = true;
        state->ended.notify_all();
    };
    pool::run_in_background("sociable-probe", [state, end] {
        try {
            end(answer(*state));
        } catch (...) {  // lack of memory
            end(std::nullopt);
        }
    });
    state->run = std::move(run);
}

}  // namespace sociable::monitor
