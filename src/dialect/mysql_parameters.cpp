#include "dialect/mysql_parameters.hpp"

#include <sociable/errors/database_error.hpp>

#include <chrono>
#include <cmath>
#include <string_view>

namespace sociable::dialect {

namespace {

using namespace std::chrono;

constexpr sys_days first_day = year{0} / January / 1;
constexpr sys_days end_day = year{10000} / January / 1;

// Before any calculation, which could overflow.
template <class Duration>
void check_year(Duration since_1970) {
    if (since_1970 < first_day.time_since_epoch() || since_1970 >= end_day.time_since_epoch())
        raise({.kind = ErrorKind::data,
               .message = "a date's year must be from 0 to 9999 on MariaDB",
               .sqlstate = "22008",
               .statement = {}});
}

MYSQL_TIME to_date(days since_1970) {
    check_year(since_1970);
    const year_month_day date{sys_days{since_1970}};
    MYSQL_TIME time{};
    time.year = static_cast<unsigned>(static_cast<int>(date.year()));
    time.month = static_cast<unsigned>(date.month());
    time.day = static_cast<unsigned>(date.day());
    time.time_type = MYSQL_TIMESTAMP_DATE;
    return time;
}

MYSQL_TIME to_timestamp(microseconds since_1970) {
    check_year(since_1970);
    const days day = floor<days>(since_1970);
    const hh_mm_ss clock{since_1970 - day};
    MYSQL_TIME time = to_date(day);
    time.hour = static_cast<unsigned>(clock.hours().count());
    time.minute = static_cast<unsigned>(clock.minutes().count());
    time.second = static_cast<unsigned>(clock.seconds().count());
    time.second_part = static_cast<unsigned long>(clock.subseconds().count());
    time.time_type = MYSQL_TIMESTAMP_DATETIME;
    return time;
}

void refer(MYSQL_BIND& bind, enum_field_types type, std::string_view chars) {
    // The library takes a null pointer for NULL, whatever the length.
    static char nothing = 0;
    bind.buffer_type = type;
    bind.buffer = chars.data() ? const_cast<char*>(chars.data()) : &nothing;
    bind.buffer_length = static_cast<unsigned long>(chars.size());
}

template <class T>
void store(MYSQL_BIND& bind, enum_field_types type, T& cell, T value) {
    cell = value;
    bind.buffer_type = type;
    bind.buffer = &cell;
}

enum_field_types type_of(ValueView::Kind kind) {
    using Kind = ValueView::Kind;
    switch (kind) {
        case Kind::boolean: return MYSQL_TYPE_TINY;
        case Kind::int32: return MYSQL_TYPE_LONG;
        case Kind::int64:
        case Kind::uint64: return MYSQL_TYPE_LONGLONG;
        case Kind::float64: return MYSQL_TYPE_DOUBLE;
        case Kind::blob: return MYSQL_TYPE_BLOB;
        case Kind::date: return MYSQL_TYPE_DATE;
        case Kind::timestamp:
        case Kind::local_timestamp: return MYSQL_TYPE_DATETIME;
        case Kind::null:
        case Kind::text: break;
    }
    return MYSQL_TYPE_STRING;
}

double finite(double value) {
    if (!std::isfinite(value))
        raise({.kind = ErrorKind::data,
               .message = "MariaDB can't hold NaN, nor any number that isn't finite",
               .sqlstate = "22003",
               .statement = {}});
    return value;
}

}  // namespace

void MysqlParameters::set(std::span<const ValueView> values) {
    binds_.assign(values.size(), MYSQL_BIND{});
    cells_.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) set(binds_[i], cells_[i], values[i]);
}

void MysqlParameters::set_types(std::span<const ValueView::Kind> types) {
    binds_.assign(types.size(), MYSQL_BIND{});
    for (std::size_t i = 0; i < types.size(); ++i) {
        binds_[i].buffer_type = type_of(types[i]);
        binds_[i].is_unsigned = types[i] == ValueView::Kind::uint64 ? 1 : 0;
    }
}

void MysqlParameters::check(const ValueView& value) {
    using Kind = ValueView::Kind;
    switch (value.kind()) {
        case Kind::float64: finite(value.as_float64()); break;
        case Kind::date: check_year(days{value.as_int64()}); break;
        case Kind::timestamp:
        case Kind::local_timestamp: check_year(microseconds{value.as_int64()}); break;
        default: break;
    }
}

void MysqlParameters::set(MYSQL_BIND& bind, Cell& cell, const ValueView& value) {
    using Kind = ValueView::Kind;
    switch (value.kind()) {
        case Kind::null: bind.buffer_type = MYSQL_TYPE_NULL; break;
        case Kind::boolean:
            store(bind, MYSQL_TYPE_TINY, cell.tiny, static_cast<signed char>(value.as_boolean()));
            break;
        case Kind::int32:
            store(bind, MYSQL_TYPE_LONG, cell.integer, static_cast<std::int32_t>(value.as_int64()));
            break;
        case Kind::uint64: bind.is_unsigned = 1; [[fallthrough]];
        case Kind::int64: store(bind, MYSQL_TYPE_LONGLONG, cell.big, value.as_int64()); break;
        case Kind::float64: store(bind, MYSQL_TYPE_DOUBLE, cell.real, finite(value.as_float64())); break;
        case Kind::text: refer(bind, MYSQL_TYPE_STRING, value.as_text()); break;
        case Kind::blob: refer(bind, MYSQL_TYPE_BLOB, value.as_text()); break;
        case Kind::date: store(bind, MYSQL_TYPE_DATE, cell.time, to_date(days{value.as_int64()})); break;
        case Kind::timestamp:
        case Kind::local_timestamp:
            store(bind, MYSQL_TYPE_DATETIME, cell.time, to_timestamp(microseconds{value.as_int64()}));
            break;
    }
}

}  // namespace sociable::dialect
