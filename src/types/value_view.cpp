#include <sociable/types/value_view.hpp>

#include "types/time_text.hpp"

#include <array>
#include <charconv>
#include <ostream>

namespace sociable {

namespace {

template <class Number>
std::string digits_of(Number number) {
    std::array<char, 32> buffer{};
    return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr};
}

}  // namespace

std::string_view to_string(ValueView::Kind kind) noexcept {
    using Kind = ValueView::Kind;
    switch (kind) {
        case Kind::null: return "null";
        case Kind::boolean: return "boolean";
        case Kind::int32:
        case Kind::int64:
        case Kind::uint64: return "integer";
        case Kind::float64: return "floating point number";
        case Kind::text: return "text";
        case Kind::blob: return "blob";
        case Kind::date: return "date";
        case Kind::timestamp: return "timestamp";
        case Kind::local_timestamp: return "local timestamp";
    }
    return "value";
}

std::string to_string(const ValueView& value) {
    using Kind = ValueView::Kind;
    switch (value.kind()) {
        case Kind::null: return "NULL";
        case Kind::boolean: return value.as_boolean() ? "true" : "false";
        case Kind::int32:
        case Kind::int64: return digits_of(value.as_int64());
        case Kind::uint64: return digits_of(value.as_uint64());
        case Kind::float64: return digits_of(value.as_float64());
        case Kind::text: return std::string(value.as_text());
        case Kind::blob: return '<' + digits_of(value.as_text().size()) + " bytes>";
        case Kind::date: return types::format_date(value.as_int64());
        case Kind::timestamp: return types::format_timestamp(value.as_int64()) + 'Z';
        case Kind::local_timestamp: return types::format_timestamp(value.as_int64());
    }
    return {};
}

std::ostream& operator<<(std::ostream& out, const ValueView& value) { return out << to_string(value); }

}  // namespace sociable
