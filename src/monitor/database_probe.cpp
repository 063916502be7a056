#include "monitor/database_probe.hpp"

#include "health/figures.hpp"
#include "log/log.hpp"
#include "pool/background.hpp"

#include <spdlog/logger.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>

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
        std::optional<DatabaseAnswer> answer{};  ///< so far
    };

    mutable std::mutex mutex;
    std::condition_variable told;
    std::shared_ptr<Run> run{};            ///< the last
    std::deque<Clock::time_point> uses{};  ///< of connections, in the last minute
};

DatabaseProbe::DatabaseProbe(Engine engine, std::shared_ptr<const Watch> watch, std::size_t number,
                             const MonitorOptions& options)
    : state_(std::make_shared<State>(std::move(engine), std::move(watch), number, options)) {}

namespace {

/// As long as pools remember.
constexpr std::chrono::seconds recent{65};

/// Since it is not the one whom others wait for.
constexpr std::chrono::milliseconds longest_wait_to_see{100};

void tell_of_round_trip(DatabaseAnswer& answer) {
    if (answer.health.round_trip) {
        answer.answers = true;
        return;
    }
    answer.error = "No connection was free, so the database was not asked.";
    for (const HealthReason& reason : answer.health.reasons) {
        if (reason.cause == HealthCause::suspended)
            answer.error = "The pool is suspended, so the database was not asked.";
        if (reason.cause != HealthCause::round_trip_failed) continue;
        answer.answers = false;
        answer.error = reason.text;
        return;
    }
}

std::optional<ServerActivity> see(Engine& engine) {
    if (!health::has_room(engine.pool().status())) return std::nullopt;
    Connection connection =
        engine.connect({.isolation_level = IsolationLevel::autocommit, .longest_wait = longest_wait_to_see});
    return server_activity(connection);
}

}  // namespace

/// Tells first of the round trip, since a crowd in front of the pool, or a server with much to see, is no reason to
/// take the database for dead.
void DatabaseProbe::run(State& state, const std::function<void(DatabaseAnswer)>& tell) {
    HealthInput known{.earlier = state.watch->minute_ago(state.number)};
    DatabaseAnswer answer{.health = check_health(state.engine, state.health, known), .asked_at = Clock::now()};
    tell_of_round_trip(answer);
    tell(answer);
    if (!answer.health.round_trip) return;
    known.server = answer.server = see(state.engine);
    const Pool pool = state.engine.pool();
    known.status = pool.status();
    known.holders = pool.holders();
    known.round_trip = answer.health.round_trip;
    answer.health = judge(known, state.health);
    tell(std::move(answer));
}

void DatabaseProbe::begin() {
    const std::lock_guard lock(state_->mutex);
    begin_if_due(state_);
}

/// With the mutex locked.
void DatabaseProbe::begin_if_due(const std::shared_ptr<State>& state) {
    const auto last = state->run;
    const auto now = Clock::now();
    if (last && (!last->ended || now - last->since < state->max_age)) return;
    auto run = std::make_shared<State::Run>();
    const auto tell = [state, run](std::optional<DatabaseAnswer> answer) {
        const std::lock_guard lock(state->mutex);
        if (answer)
            run->answer = std::move(answer);
        else
            run->ended = true;
        state->told.notify_all();
    };
    try {
        pool::run_in_background("sociable-probe", [state, tell] {
            try {
                DatabaseProbe::run(*state, tell);
            } catch (const std::exception& e) {  // what the server sees is not told then
                log::monitor().debug("the server could not be seen: {}", e.what());
            } catch (...) {
                log::monitor().debug("the server could not be seen");
            }
            tell(std::nullopt);
        });
    } catch (const std::system_error& e) {
        log::monitor().error("a database can't be asked, for lack of a thread: {}", e.what());
        run->ended = true;
    }
    state->run = std::move(run);
    while (!state->uses.empty() && now - state->uses.front() > recent) state->uses.pop_front();
    state->uses.insert(state->uses.end(), 2, now);  // the round trip, and what the server sees
}

std::uint64_t DatabaseProbe::own_uses() const {
    const std::lock_guard lock(state_->mutex);
    return state_->uses.size();
}

DatabaseAnswer DatabaseProbe::ask(Want want) {
    std::unique_lock lock(state_->mutex);
    const auto wait_for = [&](const State::Run& run, auto condition) {
        return state_->told.wait_until(lock, run.since + state_->timeout, condition);
    };
    begin_if_due(state_);
    auto run = state_->run;
    // What it has told so far may be too old: then the next one has to be waited for.
    bool is_silent = false;
    if (run->answer && Clock::now() - run->since >= state_->max_age) {
        is_silent = !wait_for(*run, [&] { return run->ended; });
        begin_if_due(state_);
        run = state_->run;
    }
    if (!is_silent) wait_for(*run, [&] { return run->ended || (want == Want::round_trip && run->answer); });
    if (!is_silent && run->answer) return *run->answer;
    const bool ended = run->ended;
    lock.unlock();

    // From figures alone, since the database has nothing to say.
    const Pool pool = state_->engine.pool();
    HealthInput input{
        .status = pool.status(), .earlier = state_->watch->minute_ago(state_->number), .holders = pool.holders()};
    input.round_trip_error =
        ended ? "The database could not be asked."
              : "The database did not answer within " + std::to_string(state_->timeout.count()) + " ms.";
    return {.health = judge(input, state_->health), .error = input.round_trip_error, .answers = false};
}

}  // namespace sociable::monitor
