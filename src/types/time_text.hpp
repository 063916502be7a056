#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sociable::types {

/// The first and the last day whose year std::chrono::year can hold, as days since 1970-01-01.
inline constexpr std::int64_t first_day =
    std::chrono::sys_days(std::chrono::year::min() / std::chrono::January / 1).time_since_epoch().count();
inline constexpr std::int64_t last_day =
    std::chrono::sys_days(std::chrono::year::max() / std::chrono::December / 31).time_since_epoch().count();

/// "2024-02-29". A year before 1 is astronomical (0 is 1 BC) with a minus sign; one after 9999 has five digits.
/// @throws DataError for a day outside first_day to last_day
std::string format_date(std::int64_t days);
/// "2024-02-29 13:14:15.123456", always with six digits.
/// @throws DataError for a time outside first_day to last_day
std::string format_timestamp(std::int64_t micros);

/// What databases print: date, date and time (space or T), fraction, zone offset (`+00`, `+05:30`, `Z`), ` BC`.
struct ParsedTime {
    std::int64_t days = 0;  ///< may lie outside first_day to last_day
    std::int64_t micros_of_day = 0;
    bool has_time = false;
    std::optional<std::int32_t> offset_seconds{};  ///< east of UTC
};

/// Nothing when the text is no date or time, or has digits beyond the microsecond that aren't zero.
std::optional<ParsedTime> parse_time(std::string_view text);

}  // namespace sociable::types
