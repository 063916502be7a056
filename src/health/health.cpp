#include <sociable/health/health.hpp>

#include "health/figures.hpp"

#include <sociable/engine/engine.hpp>

#include <exception>
#include <new>
#include <ostream>
#include <sstream>

namespace sociable {

namespace {

void make_round_trip(Pool& pool, std::chrono::milliseconds patience, SourceLocation place, HealthInput& input) try {
    input.round_trip = pool.round_trip(patience, place);
} catch (const std::bad_alloc&) {
    throw;
} catch (const InvalidRequestError&) {
    // It says nothing of the database: this thread has the connection already, or the pool was just disposed of.
} catch (const std::exception& e) {
    input.round_trip_error = e.what();
} catch (...) {
    input.round_trip_error = "a listener threw something that is no std::exception";
}

}  // namespace

Health check_health(const Engine& engine, const HealthOptions& options, HealthInput known, SourceLocation place) {
    Pool pool = engine.pool();
    known.status = pool.status();
    known.holders = pool.holders();
    known.round_trip.reset();
    known.round_trip_error.clear();
    if (health::has_room(known.status)) make_round_trip(pool, options.round_trip_error, place, known);
    return judge(known, options);
}

std::string_view to_string(HealthState state) noexcept {
    switch (state) {
        case HealthState::healthy: return "healthy";
        case HealthState::warning: return "warning";
        case HealthState::error: return "error";
    }
    return {};
}

std::string_view to_string(HealthCause cause) noexcept {
    switch (cause) {
        case HealthCause::utilisation: return "utilisation";
        case HealthCause::no_idle: return "no_idle";
        case HealthCause::suspended: return "suspended";
        case HealthCause::waiting: return "waiting";
        case HealthCause::timeouts: return "timeouts";
        case HealthCause::round_trip_failed: return "round_trip_failed";
        case HealthCause::slow_round_trip: return "slow_round_trip";
        case HealthCause::connect_errors: return "connect_errors";
        case HealthCause::server_full: return "server_full";
        case HealthCause::misses: return "misses";
        case HealthCause::stale: return "stale";
        case HealthCause::idle_in_transaction: return "idle_in_transaction";
        case HealthCause::many_idle_in_transaction: return "many_idle_in_transaction";
        case HealthCause::long_hold: return "long_hold";
        case HealthCause::leaks: return "leaks";
    }
    return {};
}

std::string to_string(const Health& h) {
    std::ostringstream out;
    out << h.state << ", " << h.score << " of 100\n";
    for (const HealthReason& reason : h.reasons) out << "  " << reason.state << ": " << reason.text << '\n';
    return out.str();
}

std::ostream& operator<<(std::ostream& out, HealthState state) { return out << to_string(state); }
std::ostream& operator<<(std::ostream& out, HealthCause cause) { return out << to_string(cause); }
std::ostream& operator<<(std::ostream& out, const Health& health) { return out << to_string(health); }

}  // namespace sociable
