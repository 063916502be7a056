#pragma once

#include "engine/engine_state.hpp"

#include <sociable/types/value_view.hpp>

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

namespace sociable::detail {

/// Times a statement and logs it, as far as anybody wants to know.
class Stopwatch {
public:
    explicit Stopwatch(const EngineState& engine);

    /// Zero when nobody asked at the start.
    std::chrono::nanoseconds elapsed() const;
    /// `rows` is the count of affected rows.
    void log(std::string_view sql, std::int64_t rows, std::span<const ValueView> values) const;

private:
    const EngineState& engine_;
    bool logs_;
    bool runs_;
    std::chrono::steady_clock::time_point start_{};
};

}  // namespace sociable::detail
