#include "health/figures.hpp"
#include "health/text.hpp"

#include <sociable/health/health.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace sociable {

namespace {

using health::count_of;
using health::percent;
using health::share;
using health::text;
using Seconds = std::chrono::duration<double>;

/// Goes over what is known, and collects what isn't well.
class Judgement {
public:
    Judgement(const HealthInput& input, const HealthOptions& options) : in_(input), s_(input.status), limit_(options) {
        room();
        waits();
        connects();
        reuse();
        transactions();
        std::stable_sort(reasons_.begin(), reasons_.end(),
                         [](const auto& a, const auto& b) { return a.state > b.state; });
    }

    std::vector<HealthReason> reasons() && { return std::move(reasons_); }

private:
    static constexpr auto warning = HealthState::warning, error = HealthState::error;

    void add(HealthState state, HealthCause cause, double value, double limit, std::string sentence) {
        reasons_.push_back({state, cause, value, limit, std::move(sentence)});
    }
    /// When the value is over one of the limits.
    void over(HealthCause cause, double value, double warning_limit, double error_limit, const std::string& sentence) {
        if (value > error_limit)
            add(error, cause, value, error_limit, sentence);
        else if (value > warning_limit)
            add(warning, cause, value, warning_limit, sentence);
    }
    /// What was added since the earlier reading; since the start when there is none, or it is of another pool.
    template <class Count>
    std::uint64_t recent(Count PoolStatus::*count) const {
        const std::uint64_t before = in_.earlier ? (*in_.earlier).*count : 0;
        return s_.*count >= before ? s_.*count - before : s_.*count;
    }

    void room() {
        if (s_.suspended)
            add(error, HealthCause::suspended, 1, 0, "The pool is suspended: whoever wants a connection waits.");
        const auto capacity = health::capacity(s_);
        if (!capacity) return;
        const double in_use = share(static_cast<std::uint64_t>(std::max(s_.checked_out, 0)),
                                    static_cast<std::uint64_t>(std::max(*capacity, 1)));
        over(HealthCause::utilisation, in_use, limit_.utilisation_warning, limit_.utilisation_error,
             std::to_string(s_.checked_out) + " of " + count_of(*capacity, "connection") + " are in use (" +
                 percent(in_use) + ").");
        if (s_.checked_in == 0 && s_.checked_out > 0 && s_.checked_out >= s_.size.count())
            add(s_.checked_out >= *capacity ? error : warning, HealthCause::no_idle, s_.checked_out, s_.size.count(),
                s_.checked_out >= *capacity ? "No connection is idle, and no more may be opened: the next caller waits."
                                            : "No connection is idle: the next caller waits until one is opened.");
    }

    void waits() {
        if (s_.waiters > 0) {
            const Seconds oldest = s_.oldest_wait;
            const bool long_wait = oldest > limit_.wait_error;
            add(long_wait ? error : warning, HealthCause::waiting, oldest.count(),
                long_wait ? Seconds(limit_.wait_error).count() : 0,
                count_of(s_.waiters, "caller") + " waiting for a connection, the first for " + text(oldest) + ".");
        }
        const std::uint64_t timeouts = recent(&PoolStatus::timeouts);
        const double part = share(timeouts, recent(&PoolStatus::checkouts) + recent(&PoolStatus::failed));
        over(HealthCause::timeouts, part, 0, limit_.timeouts_error,
             count_of(static_cast<std::int64_t>(timeouts), "checkout") + " gave up waiting for a connection (" +
                 percent(part) + ").");
    }

    void connects() {
        if (!in_.round_trip_error.empty())
            add(error, HealthCause::round_trip_failed, 1, 0, "SELECT 1 failed: " + in_.round_trip_error);
        if (in_.round_trip) {
            const Seconds took = *in_.round_trip;
            over(HealthCause::slow_round_trip, took.count(), Seconds(limit_.round_trip_warning).count(),
                 Seconds(limit_.round_trip_error).count(), "SELECT 1 took " + text(took) + ".");
        }
        const std::uint64_t errors = recent(&PoolStatus::connect_errors);
        const double part = share(errors, errors + recent(&PoolStatus::opened));
        over(HealthCause::connect_errors, part, 0, limit_.connect_errors_error,
             count_of(static_cast<std::int64_t>(errors), "connect") + " failed (" + percent(part) + ").");
        if (in_.server && in_.server->share_taken())
            over(HealthCause::server_full, *in_.server->share_taken(), limit_.server_warning, limit_.server_error,
                 "The server has " + count_of(in_.server->connections.total(), "connection") + " of " +
                     std::to_string(*in_.server->max_connections) + ".");
    }

    void reuse() {
        const std::uint64_t checkouts = recent(&PoolStatus::checkouts);
        if (checkouts >= limit_.min_checks && s_.pool_class != PoolClass::null) {
            const std::uint64_t misses = checkouts - std::min(recent(&PoolStatus::hits), checkouts);
            const double part = share(misses, checkouts);
            over(HealthCause::misses, part, limit_.misses_warning, 1,
                 percent(part) + " of the checkouts found no open connection.");
        }
        const std::uint64_t looks = recent(&PoolStatus::socket_checks);
        const std::uint64_t dead = recent(&PoolStatus::dead_sockets) + recent(&PoolStatus::failed_pings);
        if (looks >= limit_.min_checks)
            over(HealthCause::stale, share(dead, looks), limit_.stale_warning, 1,
                 count_of(static_cast<std::int64_t>(dead), "connection") + " found dead by " +
                     count_of(static_cast<std::int64_t>(looks), "check") + ".");
    }

    void transactions() {
        if (in_.server) {
            const auto& server = *in_.server;
            if (const auto longest = server.longest_idle_in_transaction)
                over(HealthCause::idle_in_transaction, Seconds(*longest).count(),
                     Seconds(limit_.idle_in_transaction_for).count(), Seconds(limit_.idle_in_transaction_error).count(),
                     "A transaction is open and idle for " + text(Seconds(*longest)) + ".");
            if (server.ours.idle_in_transaction > limit_.idle_in_transaction_warning)
                add(warning, HealthCause::many_idle_in_transaction, server.ours.idle_in_transaction,
                    limit_.idle_in_transaction_warning,
                    count_of(server.ours.idle_in_transaction, "connection") + " of ours are idle in a transaction.");
        }
        if (!in_.holders.empty() && in_.holders.front().age > limit_.hold_warning)
            add(warning, HealthCause::long_hold, Seconds(in_.holders.front().age).count(),
                Seconds(limit_.hold_warning).count(),
                "A connection is held: taken at " + to_string(in_.holders.front()) + ".");
        if (const std::uint64_t leaks = recent(&PoolStatus::leaks))
            add(warning, HealthCause::leaks, static_cast<double>(leaks), 0,
                count_of(static_cast<std::int64_t>(leaks), "connection") +
                    " held for longer than pool_leak_threshold.");
    }

    const HealthInput& in_;
    const PoolStatus& s_;
    const HealthOptions& limit_;
    std::vector<HealthReason> reasons_;
};

struct Part {
    const char* name;
    int of;
    HealthCause first;  ///< its causes begin here, and end where the next part's begin
};
constexpr std::array parts{Part{"room", 25, HealthCause::utilisation}, Part{"waits", 20, HealthCause::waiting},
                           Part{"connects", 25, HealthCause::round_trip_failed}, Part{"reuse", 15, HealthCause::misses},
                           Part{"transactions", 15, HealthCause::idle_in_transaction}};

int points(int of, HealthState state) {
    switch (state) {
        case HealthState::healthy: return of;
        case HealthState::warning: return of / 2;
        case HealthState::error: break;
    }
    return 0;
}

}  // namespace

Health judge(const HealthInput& input, const HealthOptions& options) {
    Health h;
    h.round_trip = input.round_trip;
    h.reasons = Judgement(input, options).reasons();
    h.score = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        HealthState state = HealthState::healthy;
        for (const HealthReason& reason : h.reasons)
            if (reason.cause >= parts[i].first && (i + 1 == parts.size() || reason.cause < parts[i + 1].first))
                state = std::max(state, reason.state);
        h.parts.push_back({parts[i].name, points(parts[i].of, state), parts[i].of});
        h.score += h.parts.back().points;
        h.state = std::max(h.state, state);
    }
    return h;
}

}  // namespace sociable
