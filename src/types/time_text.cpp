#include "types/time_text.hpp"

#include <sociable/errors/database_error.hpp>

#include <algorithm>

namespace sociable::types {

namespace {

using namespace std::chrono;

constexpr std::size_t micro_digits = 6;

void append(std::string& out, std::int64_t number, std::size_t width) {
    const std::string digits = std::to_string(number);
    out.append(width - std::min(width, digits.size()), '0');
    out += digits;
}

/// Reads from the front of a text. Every member leaves it alone when it returns false or nothing.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool done() const { return rest_.empty(); }

    bool skip(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::string_view digits() {
        const std::string_view found = rest_.substr(0, rest_.find_first_not_of("0123456789"));
        rest_.remove_prefix(found.size());
        return found;
    }

    /// Two digits with a value below `limit`.
    std::optional<int> pair(int limit) {
        if (rest_.size() < 2 || rest_.substr(0, 2).find_first_not_of("0123456789") != rest_.npos) return std::nullopt;
        const int value = (rest_[0] - '0') * 10 + (rest_[1] - '0');
        if (value >= limit) return std::nullopt;
        rest_.remove_prefix(2);
        return value;
    }

private:
    std::string_view rest_;
};

std::int64_t to_number(std::string_view digits) {
    std::int64_t value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    return value;
}

std::optional<std::int64_t> parse_date(Reader& in, bool before_christ) {
    const bool minus = in.skip('-');
    const std::string_view year_digits = in.digits();
    // PostgreSQL's dates have seven digits at most.
    if (year_digits.size() < 4 || year_digits.size() > 7 || !in.skip('-')) return std::nullopt;
    const auto month_number = in.pair(13);
    if (!month_number || !in.skip('-')) return std::nullopt;
    const auto day_number = in.pair(32);
    if (!day_number) return std::nullopt;

    std::int64_t year_number = to_number(year_digits);
    if (before_christ) {
        if (minus || year_number == 0) return std::nullopt;
        year_number = 1 - year_number;
    } else if (minus) {
        year_number = -year_number;
    }
    // The calendar repeats every 400 years, which brings any year into the range of std::chrono::year.
    constexpr std::int64_t days_of_cycle = 146'097;
    const std::int64_t year_of_cycle = (year_number % 400 + 400) % 400;
    const year_month_day date(year(static_cast<int>(year_of_cycle)), month(static_cast<unsigned>(*month_number)),
                              day(static_cast<unsigned>(*day_number)));
    if (!date.ok()) return std::nullopt;
    return sys_days(date).time_since_epoch().count() + (year_number - year_of_cycle) / 400 * days_of_cycle;
}

std::optional<std::int64_t> parse_fraction(Reader& in) {
    std::string_view found = in.digits();
    if (found.empty()) return std::nullopt;
    if (found.size() > micro_digits) {
        if (found.find_first_not_of('0', micro_digits) != found.npos) return std::nullopt;
        found = found.substr(0, micro_digits);
    }
    std::int64_t micros = to_number(found);
    for (std::size_t i = found.size(); i < micro_digits; ++i) micros *= 10;
    return micros;
}

std::optional<std::int64_t> parse_time_of_day(Reader& in) {
    const auto hour = in.pair(24);
    if (!hour || !in.skip(':')) return std::nullopt;
    const auto minute = in.pair(60);
    if (!minute) return std::nullopt;
    std::optional<int> second = 0;
    std::optional<std::int64_t> fraction = 0;
    if (in.skip(':')) {
        second = in.pair(60);
        if (second && in.skip('.')) fraction = parse_fraction(in);
    }
    if (!second || !fraction) return std::nullopt;
    return microseconds(hours(*hour) + minutes(*minute) + seconds(*second)).count() + *fraction;
}

std::optional<std::int32_t> parse_offset(Reader& in) {
    if (in.skip('Z')) return 0;
    const bool west = in.skip('-');
    if (!west && !in.skip('+')) return std::nullopt;
    std::int32_t total = 0;
    int unit = 3600;
    do {
        const auto part = in.pair(unit == 3600 ? 24 : 60);
        if (!part) return std::nullopt;
        total += *part * unit;
        unit /= 60;
    } while (unit > 0 && in.skip(':'));
    return west ? -total : total;
}

}  // namespace

std::string format_date(std::int64_t day_count) {
    if (day_count < first_day || day_count > last_day)
        raise({.kind = ErrorKind::data,
               .message = "the date is outside of the years -32767 to 32767",
               .sqlstate = "22008",
               .statement = {}});
    const year_month_day date{sys_days(days(day_count))};
    const int year_number = static_cast<int>(date.year());
    std::string text = year_number < 0 ? "-" : "";
    append(text, std::abs(year_number), 4);
    text += '-';
    append(text, static_cast<unsigned>(date.month()), 2);
    text += '-';
    append(text, static_cast<unsigned>(date.day()), 2);
    return text;
}

std::string format_timestamp(std::int64_t micros) {
    const microseconds instant(micros);
    const days day_count = floor<days>(instant);
    std::string text = format_date(day_count.count());
    const hh_mm_ss time(instant - day_count);
    text += ' ';
    append(text, time.hours().count(), 2);
    text += ':';
    append(text, time.minutes().count(), 2);
    text += ':';
    append(text, time.seconds().count(), 2);
    text += '.';
    append(text, time.subseconds().count(), micro_digits);
    return text;
}

std::optional<ParsedTime> parse_time(std::string_view text) {
    constexpr std::string_view era = " BC";
    const bool before_christ = text.ends_with(era);
    if (before_christ) text.remove_suffix(era.size());

    Reader in(text);
    const auto date = parse_date(in, before_christ);
    if (!date) return std::nullopt;
    ParsedTime parsed{.days = *date};
    if (in.done()) return parsed;

    if (!in.skip(' ') && !in.skip('T')) return std::nullopt;
    const auto time = parse_time_of_day(in);
    if (!time) return std::nullopt;
    parsed.micros_of_day = *time;
    parsed.has_time = true;
    if (in.done()) return parsed;

    parsed.offset_seconds = parse_offset(in);
    if (!parsed.offset_seconds || !in.done()) return std::nullopt;
    return parsed;
}

}  // namespace sociable::types
