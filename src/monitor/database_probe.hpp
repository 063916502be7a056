#pragma once

#include "monitor/watch.hpp"

#include <sociable/engine/engine.hpp>
#include <sociable/health/health.hpp>
#include <sociable/health/server_activity.hpp>
#include <sociable/monitor/monitor_options.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sociable::monitor {

/// What a database said when it was last asked.
struct DatabaseAnswer {
    Health health;                           ///< the pool's, with what follows
    std::optional<ServerActivity> server{};  ///< what it sees, if it told
    std::string error{};                     ///< why there was no round trip; empty when there was
    std::optional<std::chrono::steady_clock::time_point> asked_at{};  ///< none: it couldn't be asked
    /// Whether it answers; none when it was not asked, since no connection was free for it.
    std::optional<bool> answers{};
};

/// Asks an engine's database how it is, on a thread of its own, so that nobody waits longer than they want to; once for
/// all who want to know at the same time.
///
/// Thread safety: every member may be called by several threads at once.
class DatabaseProbe {
public:
    /// How much somebody wants to know: the round trip comes first, and what the server sees may take its time.
    enum class Want { round_trip, server };

    /// `watch` knows the engine by `number`.
    DatabaseProbe(Engine engine, std::shared_ptr<const Watch> watch, std::size_t number, const MonitorOptions& options);

    /// Waits for up to database_timeout from when the database was asked, and then tells as much as is known.
    DatabaseAnswer ask(Want want);
    /// So that who asks several of them waits for all at the same time: begins, if there is no answer young enough.
    void begin();
    /// How many uses of connections in the last minute (60 to 65 s) were its own.
    std::uint64_t own_uses() const;

private:
    struct State;
    static void begin_if_due(const std::shared_ptr<State>& state);
    static void run(State& state, const std::function<void(DatabaseAnswer)>& tell);

    const std::shared_ptr<State> state_;  ///< outlives this while the database is being asked
};

}  // namespace sociable::monitor
