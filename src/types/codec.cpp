#include <sociable/types/codec.hpp>

#include "types/time_text.hpp"

#include <sociable/errors/database_error.hpp>

#include <charconv>
#include <cmath>
#include <system_error>

namespace sociable::detail {

namespace {

using Kind = ValueView::Kind;
using std::chrono::microseconds;

// SQLSTATE class 22, data exceptions.
constexpr const char* null_value = "22002";
constexpr const char* numeric_range = "22003";
constexpr const char* datetime_format = "22007";
constexpr const char* datetime_range = "22008";
constexpr const char* wrong_type = "22018";

constexpr std::string_view digits = "0123456789";

[[noreturn]] void fail(const char* sqlstate, std::string message) {
    raise({.kind = ErrorKind::data, .message = std::move(message), .sqlstate = sqlstate, .statement = {}});
}

std::string_view cpp_type_for(Kind kind) {
    switch (kind) {
        case Kind::null: return "a std::optional";
        case Kind::boolean: return "bool";
        case Kind::int32:
        case Kind::int64:
        case Kind::uint64: return "an integer type";
        case Kind::float64: return "double";
        case Kind::text: return "std::string";
        case Kind::blob: return "sociable::Bytes";
        case Kind::date: return "std::chrono::year_month_day";
        case Kind::timestamp: return "a std::chrono::sys_time";
        case Kind::local_timestamp: return "a std::chrono::local_time";
    }
    return "another type";
}

[[noreturn]] void refuse(const ValueView& v, std::string_view wanted) {
    if (v.is_null()) throw_null(wanted);
    std::string message = v.kind() == Kind::int32 || v.kind() == Kind::int64 || v.kind() == Kind::uint64 ? "an " : "a ";
    message.append(to_string(v.kind())).append(" can't be read as ").append(wanted);
    fail(wrong_type, message.append("; read it as ").append(cpp_type_for(v.kind())));
}

template <class Min, class Max>
[[noreturn]] void out_of_range(Min min, Max max) {
    fail(numeric_range, "the number does not fit an integer type that holds " + std::to_string(min) + " to " +
                            std::to_string(max) + "; read it as a wider type");
}

/// Nothing when the number in the text is out of T's range. A fraction of zeros is let pass, because PostgreSQL's
/// sum(bigint) is a numeric.
template <class T>
std::optional<T> whole_number(std::string_view text) {
    const auto point = text.find('.');
    const std::string_view number = text.substr(0, point);
    const std::string_view fraction = point == text.npos ? "0" : text.substr(point + 1);
    const std::string_view magnitude = number.substr(number.starts_with('-') ? 1 : 0);
    if (magnitude.empty() || magnitude.find_first_not_of(digits) != text.npos || fraction.empty() ||
        fraction.find_first_not_of('0') != text.npos)
        fail(wrong_type, "a text that is no whole number can't be read as an integer; read it as std::string");
    if (magnitude.find_first_not_of('0') == text.npos) return T{0};
    T value{};
    if (std::from_chars(number.data(), number.data() + number.size(), value).ec != std::errc{}) return std::nullopt;
    return value;
}

double parse_double(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) fail(numeric_range, "the number is outside of the range of double");
    if (error != std::errc{} || end != text.data() + text.size())
        fail(wrong_type, "a text that is no number can't be read as a floating point number; read it as std::string");
    return value;
}

[[noreturn]] void inexact_double() {
    fail(numeric_range, "the integer has no exact double; read it as an integer type");
}

double exact_double(std::int64_t v) {
    const double real = static_cast<double>(v);
    if (real >= 0x1p63 || static_cast<std::int64_t>(real) != v) inexact_double();
    return real;
}

double exact_double(std::uint64_t v) {
    const double real = static_cast<double>(v);
    if (real >= 0x1p64 || static_cast<std::uint64_t>(real) != v) inexact_double();
    return real;
}

void check_calendar(std::int64_t days) {
    if (days < types::first_day || days > types::last_day)
        fail(datetime_range, "the date is outside of the years -32767 to 32767 that std::chrono holds");
}

types::ParsedTime parse_time(std::string_view text, std::string_view wanted) {
    if (text == "infinity" || text == "-infinity")
        fail(datetime_range, "infinity can't be represented as " + std::string(wanted) +
                                 "; read it as std::string or select it as NULL");
    const auto parsed = types::parse_time(text);
    if (!parsed)
        fail(datetime_format,
             "a text that is no date or time to the microsecond, such as 2024-02-29 13:14:15.5, "
             "can't be read as " +
                 std::string(wanted) + "; read it as std::string");
    check_calendar(parsed->days);
    return *parsed;
}

microseconds time_of_day(std::int64_t days, std::int64_t micros_of_day) {
    return std::chrono::days(days) + microseconds(micros_of_day);
}

}  // namespace

void throw_null(std::string_view wanted) {
    fail(null_value, "NULL can't be read as " + std::string(wanted) + "; use std::optional");
}

void throw_time_range() {
    fail(datetime_range,
         "the time is out of range of, or finer than, the std::chrono type or the microseconds in 64 "
         "bits that databases are given");
}

bool decode_bool(const ValueView& v) {
    switch (v.kind()) {
        case Kind::boolean: return v.as_boolean();
        case Kind::int32:
        case Kind::int64:
            if (v.as_int64() == 0 || v.as_int64() == 1) return v.as_int64() == 1;
            [[fallthrough]];
        case Kind::uint64:
            fail(wrong_type, "an integer other than 0 and 1 can't be read as a boolean; read it as an integer type");
        default: refuse(v, "a boolean");
    }
}

std::int64_t decode_int(const ValueView& v, std::int64_t min, std::int64_t max) {
    std::optional<std::int64_t> value;
    switch (v.kind()) {
        case Kind::int32:
        case Kind::int64: value = v.as_int64(); break;
        case Kind::uint64: break;
        case Kind::text: value = whole_number<std::int64_t>(v.as_text()); break;
        default: refuse(v, "an integer");
    }
    if (!value || *value < min || *value > max) out_of_range(min, max);
    return *value;
}

std::uint64_t decode_uint(const ValueView& v, std::uint64_t max) {
    std::optional<std::uint64_t> value;
    switch (v.kind()) {
        case Kind::int32:
        case Kind::int64:
            if (v.as_int64() >= 0) value = v.as_uint64();
            break;
        case Kind::uint64: value = v.as_uint64(); break;
        case Kind::text: value = whole_number<std::uint64_t>(v.as_text()); break;
        default: refuse(v, "an integer");
    }
    if (!value || *value > max) out_of_range(0, max);
    return *value;
}

double decode_double(const ValueView& v) {
    switch (v.kind()) {
        case Kind::float64: return v.as_float64();
        case Kind::int32:
        case Kind::int64: return exact_double(v.as_int64());
        case Kind::uint64: return exact_double(v.as_uint64());
        case Kind::text: return parse_double(v.as_text());
        default: refuse(v, "a floating point number");
    }
}

float decode_float(const ValueView& v) {
    const double wide = decode_double(v);
    const float narrow = static_cast<float>(wide);
    if (std::isinf(narrow) && !std::isinf(wide))
        fail(numeric_range, "the number is outside of the range of float; read it as double");
    return narrow;
}

std::string decode_string(const ValueView& v) {
    switch (v.kind()) {
        case Kind::text:
        case Kind::blob: return std::string(v.as_text());
        // Such as a NUMERIC, of which SQLite makes a number.
        case Kind::int32:
        case Kind::int64:
        case Kind::uint64:
        case Kind::float64: return to_string(v);
        default: refuse(v, "a string");
    }
}

Bytes decode_bytes(const ValueView& v) {
    if (v.kind() != Kind::text && v.kind() != Kind::blob) refuse(v, "bytes");
    const auto bytes = v.as_bytes();
    return Bytes(bytes.begin(), bytes.end());
}

std::chrono::sys_days decode_date(const ValueView& v) {
    std::int64_t days = 0;
    if (v.kind() == Kind::date) {
        days = v.as_int64();
        check_calendar(days);
    } else if (v.kind() == Kind::text) {
        const auto parsed = parse_time(v.as_text(), "a date");
        // A midnight elsewhere is another day in UTC: there is no one date to give.
        if (parsed.micros_of_day != 0 || parsed.offset_seconds.value_or(0) != 0)
            fail(datetime_range,
                 "a time of day or a zone offset would be lost in a date; read it as a "
                 "std::chrono::sys_time");
        days = parsed.days;
    } else {
        refuse(v, "a date");
    }
    return std::chrono::sys_days(std::chrono::days(days));
}

std::chrono::sys_time<microseconds> decode_timestamp(const ValueView& v) {
    using Result = std::chrono::sys_time<microseconds>;
    switch (v.kind()) {
        case Kind::date: return decode_date(v);
        case Kind::timestamp:
        case Kind::local_timestamp: return Result(microseconds(v.as_int64()));
        case Kind::text: {
            const auto parsed = parse_time(v.as_text(), "a timestamp");
            return Result(time_of_day(parsed.days, parsed.micros_of_day) -
                          std::chrono::seconds(parsed.offset_seconds.value_or(0)));
        }
        default: refuse(v, "a timestamp");
    }
}

std::chrono::local_time<microseconds> decode_local_timestamp(const ValueView& v) {
    using Result = std::chrono::local_time<microseconds>;
    if (v.kind() != Kind::text) return Result(decode_timestamp(v).time_since_epoch());
    const auto parsed = parse_time(v.as_text(), "a local timestamp");
    if (parsed.offset_seconds)
        fail(datetime_format,
             "a time with a zone offset can't be read as a local timestamp; read it as a "
             "std::chrono::sys_time");
    return Result(time_of_day(parsed.days, parsed.micros_of_day));
}

ValueView encode_date(const std::chrono::year_month_day& v) {
    if (!v.ok()) fail(datetime_range, "the date is not in the calendar, such as February 30, and can't be stored");
    return ValueView::date(std::chrono::sys_days(v).time_since_epoch().count());
}

}  // namespace sociable::detail
