#include "dialect/postgresql_parameters.hpp"

#include "dialect/postgresql_errors.hpp"
#include "dialect/postgresql_types.hpp"
#include "types/time_text.hpp"

#include <array>
#include <charconv>
#include <climits>
#include <cmath>
#include <string_view>

namespace sociable::dialect {

namespace {

using Kind = ValueView::Kind;

Oid type_of(Kind kind) {
    switch (kind) {
        case Kind::boolean: return postgresql_type::boolean;
        case Kind::int32: return postgresql_type::int4;
        case Kind::int64: return postgresql_type::int8;
        case Kind::uint64: return postgresql_type::numeric;
        case Kind::float64: return postgresql_type::float8;
        case Kind::blob: return postgresql_type::bytea;
        case Kind::null:
        case Kind::text:
        case Kind::date:
        case Kind::timestamp:
        case Kind::local_timestamp: break;
    }
    return postgresql_type::unknown;
}

template <class Number>
void append_number(std::string& text, Number number) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    text.append(buffer.data(), end);
}

void append_double(std::string& text, double number) {
    if (std::isnan(number))
        text += "NaN";  // a negative NaN is none to PostgreSQL
    else
        append_number(text, number);
}

// PostgreSQL has no year 0: it counts 1 BC, 2 BC, ... where ours are 0, -1, ...
void append_time(std::string& text, std::string time, std::string_view zone) {
    const bool negative = time.starts_with('-');
    const std::size_t dash = time.find('-', negative ? 1 : 0);
    int year = 0;
    std::from_chars(time.data() + (negative ? 1 : 0), time.data() + dash, year);
    const bool before_christ = negative || year == 0;
    if (before_christ) {
        std::string digits = std::to_string(year + 1);
        if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
        time.replace(0, dash, digits);
    }
    text += time;
    text += zone;
    if (before_christ) text += " BC";
}

int checked_length(std::string_view bytes) {
    if (bytes.size() > INT_MAX)
        raise({.kind = ErrorKind::data,
               .message = "more bytes than a PostgreSQL bytea can hold",
               .sqlstate = "54000",
               .statement = {}});
    return static_cast<int>(bytes.size());
}

}  // namespace

void append_postgresql_text(std::string& text, const ValueView& value) {
    switch (value.kind()) {
        case Kind::boolean: text += value.as_boolean() ? 't' : 'f'; break;
        case Kind::int32:
        case Kind::int64: append_number(text, value.as_int64()); break;
        case Kind::uint64: append_number(text, value.as_uint64()); break;
        case Kind::float64: append_double(text, value.as_float64()); break;
        case Kind::date: append_time(text, types::format_date(value.as_int64()), ""); break;
        case Kind::timestamp: append_time(text, types::format_timestamp(value.as_int64()), "+00"); break;
        case Kind::local_timestamp: append_time(text, types::format_timestamp(value.as_int64()), ""); break;
        case Kind::null:
        case Kind::text:
        case Kind::blob: break;
    }
}

void PostgresqlParameters::assign(std::span<const ValueView> values) {
    text_.clear();
    offsets_.clear();
    types_.clear();
    values_.clear();
    lengths_.clear();
    formats_.clear();
    for (const ValueView& value : values) append(value);
    // Only now does the text stay where it is.
    for (std::size_t i = 0; i != values.size(); ++i) {
        const Kind kind = values[i].kind();
        if (kind != Kind::null && kind != Kind::blob) values_[i] = text_.data() + offsets_[i];
    }
}

void PostgresqlParameters::append(const ValueView& value) {
    const char* bytes = nullptr;
    int length = 0;
    const bool binary = value.kind() == Kind::blob;
    offsets_.push_back(text_.size());
    switch (value.kind()) {
        case Kind::text:
            refuse_nul(value.as_text(), "text");
            text_ += value.as_text();
            break;
        case Kind::blob:
            length = checked_length(value.as_text());
            bytes = length == 0 ? "" : value.as_text().data();  // a null pointer would be NULL
            break;
        default: append_postgresql_text(text_, value); break;
    }
    text_ += '\0';
    types_.push_back(type_of(value.is_null() ? value.null_of() : value.kind()));
    values_.push_back(bytes);
    lengths_.push_back(length);
    formats_.push_back(binary ? 1 : 0);
}

bool PostgresqlParameters::fit(const std::vector<Oid>& types) const noexcept {
    for (std::size_t i = 0; i != types_.size(); ++i) {
        const bool is_null = values_[i] == nullptr;
        if (!is_null && types_[i] != types[i]) return false;
    }
    return true;
}

std::vector<ValueView> PostgresqlParameters::texts() const {
    std::vector<ValueView> views;
    for (std::size_t i = 0; i != values_.size(); ++i)
        if (values_[i] != nullptr && formats_[i] == 0) views.push_back(ValueView::text(values_[i]));
    return views;
}

}  // namespace sociable::dialect
