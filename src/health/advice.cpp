#include <sociable/health/advice.hpp>

#include "health/advisor.hpp"
#include "health/figures.hpp"

#include <sociable/engine/engine.hpp>

#include <exception>
#include <new>
#include <ostream>
#include <sstream>

namespace sociable {

namespace {

/// What could not be asked; empty when all went well.
std::string ask_server(const Engine& engine, AdviceInput& input) try {
    if (!health::has_room(input.status)) return "the server was not asked, since no connection was free";
    engine.pool().round_trip();  // its deadline keeps a server that has stopped from being waited for
    Connection connection = Engine(engine).connect({.isolation_level = IsolationLevel::autocommit});
    input.server = server_activity(connection);
    return {};
} catch (const std::bad_alloc&) {
    throw;
} catch (const std::exception& e) {
    return std::string("the server could not be asked: ") + e.what();
} catch (...) {
    return "the server could not be asked: a listener threw";
}

}  // namespace

AdviceReport advise(const AdviceInput& input) { return health::Advisor(input).report(); }

AdviceInput advice_input(const Engine& engine, const AdviceOptions& options) {
    const Pool pool = engine.pool();
    AdviceInput input{.status = pool.status(), .times = pool.recent_times(), .holders = pool.holders()};
    input.options = options;
    const EngineOptions& own = engine.options();
    if (!options.recycle) input.options.recycle = own.pool_recycle;
    if (!options.max_idle_time) input.options.max_idle_time = own.pool_max_idle_time;
    if (options.min_idle == 0) input.options.min_idle = own.pool_min_idle.value_or(0);
    return input;
}

AdviceReport advise(const Engine& engine, const AdviceOptions& options) {
    AdviceInput input = advice_input(engine, options);
    const std::string missing = ask_server(engine, input);
    AdviceReport report = advise(input);
    if (!missing.empty()) report.basis += "; " + missing;
    return report;
}

std::string to_string(const Advice& a) {
    return a.option + ": " + a.current + " -> " + a.proposed + "\n    because " + a.evidence + "\n    then " +
           a.benefit + '\n';
}

std::string to_string(const AdviceReport& report) {
    std::ostringstream out;
    out << report.basis << '\n';
    for (const Advice& advice : report.advice) out << "  " << advice;
    if (report.enough_samples && report.advice.empty()) out << "  nothing to change\n";
    return out.str();
}

std::ostream& operator<<(std::ostream& out, const Advice& advice) { return out << to_string(advice); }
std::ostream& operator<<(std::ostream& out, const AdviceReport& report) { return out << to_string(report); }

}  // namespace sociable
