#include "engine/statement_log.hpp"

#include "log/log.hpp"
#include "types/time_text.hpp"

#include <sociable/engine/events.hpp>

#include <spdlog/spdlog.h>

#include <string>

namespace sociable::detail {

namespace {

using Clock = std::chrono::steady_clock;

std::string text_of(const ValueView& v) {
    using Kind = ValueView::Kind;
    switch (v.kind()) {
        case Kind::null: return "NULL";
        case Kind::boolean: return v.as_boolean() ? "true" : "false";
        case Kind::int32:
        case Kind::int64: return std::to_string(v.as_int64());
        case Kind::uint64: return std::to_string(v.as_uint64());
        case Kind::float64: return fmt::format("{}", v.as_float64());
        case Kind::text: return fmt::format("'{}'", v.as_text());
        case Kind::blob: return fmt::format("<{} bytes>", v.as_text().size());
        case Kind::date: return types::format_date(v.as_int64());
        case Kind::timestamp: return types::format_timestamp(v.as_int64()) + "Z";
        case Kind::local_timestamp: return types::format_timestamp(v.as_int64());
    }
    return {};
}

}  // namespace

Stopwatch::Stopwatch(const EngineState& engine)
    : engine_(engine),
      logs_(engine.echo != Echo::off || log::engine().should_log(spdlog::level::debug)),
      runs_(logs_ || engine.hub.has_listeners<event::AfterExecute>()) {
    if (runs_) start_ = Clock::now();
}

std::chrono::nanoseconds Stopwatch::elapsed() const {
    return runs_ ? Clock::now() - start_ : std::chrono::nanoseconds::zero();
}

void Stopwatch::log(std::string_view sql, std::int64_t rows, std::span<const ValueView> values) const {
    if (!logs_) return;
    std::string bound;
    if (engine_.echo == Echo::values)
        for (const ValueView& value : values) bound += (bound.empty() ? " values: " : ", ") + text_of(value);
    const auto level = engine_.echo == Echo::off ? spdlog::level::debug : spdlog::level::info;
    log::engine().log(level, "{}: {} [{:.3f} ms, {} rows affected]{}", engine_.settings.name, sql,
                      std::chrono::duration<double, std::milli>(elapsed()).count(), rows, bound);
}

}  // namespace sociable::detail
