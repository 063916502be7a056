#include "report.hpp"

#include "histogram.hpp"
#include "text.hpp"

#include <sociable/health/simulation.hpp>

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace sociable::tool {

namespace {

void row(std::ostream& out, const char* label, const std::string& value, const std::string& note = "") {
    out << "  " << std::left << std::setw(22) << label << std::right << std::setw(11) << value;
    if (!note.empty()) out << "   " << note;
    out << '\n';
}

std::string why_pool_size(const SizingInput& in, const Sizing& s) {
    switch (s.bound) {
        case SizingBound::users:
            return "more can't be in use at once; the goal alone asks for " + std::to_string(s.wanted_for_goal);
        case SizingBound::server: return "the server's share; the goal asks for " + std::to_string(s.wanted_for_goal);
        case SizingBound::goal: break;
    }
    return "the fewest with at most " + percent(in.goal.share_of_waiters) + " waiting and a p99 wait of at most " +
           to_text(in.goal.p99_wait);
}

std::string why_max_overflow(const SizingInput& in, const Sizing& s) {
    const int total = s.pool_size + s.max_overflow;
    if (total < std::max(s.wanted_for_burst, s.deadlock_floor))
        return total == s.server_limit ? "up to the server's share" : "up to what the users can use";
    if (total > s.wanted_for_burst) return "up to the self-deadlock floor";
    return "keeps that goal at " + to_text(in.burst) + " times the rate";
}

void limits(std::ostream& out, const SizingInput& in, const Sizing& s) {
    if (in.users)
        row(out, "self-deadlock floor", std::to_string(s.deadlock_floor),
            std::to_string(*in.users) + " users x (" + std::to_string(in.held_at_once) + " held at once - 1) + 1");
    if (s.server_limit)
        row(out, "server's share", std::to_string(*s.server_limit),
            "(" + std::to_string(*in.max_connections) + " max_connections - " +
                std::to_string(in.reserved_connections) + " reserved) / " + std::to_string(in.instances) +
                " instances");
}

void warnings(std::ostream& out, const Sizing& s) {
    if (!s.forecast.stable)
        out << "\nOVERLOAD: more connections are asked for than there are, and the queue grows without end. Hold them\n"
               "for a shorter time, or raise the server's max_connections.\n";
    else if (!s.meets_goal)
        out << "\nThe server's share is too small for the goal: hold connections for a shorter time, or raise the\n"
               "server's max_connections.\n";
    if (s.users_limit && s.forecast.busy > *s.users_limit)
        out << "\nThe users are too few for that rate: each would have to hold more connections than it can.\n";
    if (s.can_deadlock)
        out << "\nDEADLOCK is possible: all connections can be held by threads that wait for another one. Let threads\n"
               "hold fewer at once, use fewer threads, or raise the server's max_connections.\n";
}

}  // namespace

std::string report(const SizingInput& in, const Sizing& s) {
    std::ostringstream out;
    const QueueForecast& f = s.forecast;
    row(out, "busy on average", to_text(f.busy),
        to_text(in.workload.arrivals_per_second) + "/s x " + to_text(in.workload.hold_time));
    row(out, "pool_size", std::to_string(s.pool_size), why_pool_size(in, s));
    row(out, "max_overflow", std::to_string(s.max_overflow), why_max_overflow(in, s));
    out << "\nExpected of pool_size, without overflow\n";
    row(out, "utilisation", percent(f.utilisation));
    row(out, "share of waiters", percent(f.share_of_waiters));
    row(out, "mean wait", to_text(f.mean_wait));
    row(out, "p95 wait", to_text(f.p95_wait));
    row(out, "p99 wait", to_text(f.p99_wait));
    if (in.users || s.server_limit) out << "\nLimits\n";
    limits(out, in, s);
    warnings(out, s);
    out << "\nFormulas\n"
           "  busy a               = rate x time held (Little's law)\n"
           "  share of waiters C   = Erlang C: B / (1 - u(1 - B)), with utilisation u = a / c for c connections and\n"
           "                         B = Erlang B, by B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1))\n"
           "  mean wait            = C x time held / (c - a) x (1 + variability^2) / 2 (Allen-Cunneen)\n"
           "  wait longer than t   = C x exp(-t C / mean wait)\n"
           "  self-deadlock floor  = users x (held at once - 1) + 1\n";
    return out.str();
}

std::string simulation_report(const SizingInput& in, const Sizing& s) {
    SimulationOptions options;
    options.users = s.users_limit;
    const SimulatedWaits waits = simulate(in.workload, s.pool_size, options);
    std::ostringstream out;
    out << "\nSimulated: " << options.requests << " requests on " << s.pool_size << " connections";
    if (options.users) out << ", at most " << *options.users << " wanted at once (computed: without that limit)";
    out << '\n';
    const auto both = [&out](const char* label, const std::string& simulated, const std::string& computed) {
        row(out, label, simulated, "computed: " + computed);
    };
    both("share of waiters", percent(waits.share_of_waiters()), percent(s.forecast.share_of_waiters));
    both("mean wait", to_text(waits.mean()), to_text(s.forecast.mean_wait));
    both("p95 wait", to_text(waits.percentile(0.95)), to_text(s.forecast.p95_wait));
    both("p99 wait", to_text(waits.percentile(0.99)), to_text(s.forecast.p99_wait));
    row(out, "longest wait", to_text(waits.percentile(1)));
    out << '\n' << histogram(waits);
    return out.str();
}

}  // namespace sociable::tool
