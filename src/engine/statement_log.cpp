#include "engine/statement_log.hpp"

#include "log/log.hpp"

#include <sociable/engine/events.hpp>

#include <spdlog/spdlog.h>

#include <string>

namespace sociable::detail {

namespace {

using Clock = std::chrono::steady_clock;

std::string text_of(const ValueView& v) {
    return v.kind() == ValueView::Kind::text ? '\'' + to_string(v) + '\'' : to_string(v);
}

}  // namespace

Stopwatch::Stopwatch(const EngineState& engine)
    : engine_(engine),
      logs_(engine.options.echo != Echo::off || log::engine().should_log(spdlog::level::debug)),
      runs_(logs_ || engine.hub.has_listeners<event::AfterExecute>()) {
    if (runs_) start_ = Clock::now();
}

std::chrono::nanoseconds Stopwatch::elapsed() const {
    return runs_ ? Clock::now() - start_ : std::chrono::nanoseconds::zero();
}

void Stopwatch::log(std::string_view sql, std::int64_t rows, std::span<const ValueView> values) const {
    if (!logs_) return;
    std::string bound;
    if (engine_.options.echo == Echo::values)
        for (const ValueView& value : values) bound += (bound.empty() ? " values: " : ", ") + text_of(value);
    const auto level = engine_.options.echo == Echo::off ? spdlog::level::debug : spdlog::level::info;
    log::engine().log(level, "{}: {} [{:.3f} ms, {} rows affected]{}", engine_.settings.name, sql,
                      std::chrono::duration<double, std::milli>(elapsed()).count(), rows, bound);
}

}  // namespace sociable::detail
