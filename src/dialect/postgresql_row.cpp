#include "dialect/postgresql_row.hpp"

#include "dialect/postgresql_types.hpp"

#include <sociable/errors/database_error.hpp>

#include <charconv>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>

namespace sociable::dialect {

namespace {

template <class Number>
Number read_number(std::string_view text) {
    Number number{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end)
        raise({.kind = ErrorKind::data,
               .message = "PostgreSQL sent a malformed number",
               .sqlstate = {},
               .statement = {}});
    return number;
}

unsigned hex_digit(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

// With bytea_output = escape, an old format that nobody's default has been since 2010.
void read_escaped_bytes(const char* text, std::string& bytes) {
    std::size_t size = 0;
    const std::unique_ptr<unsigned char, decltype(&PQfreemem)> decoded(
        PQunescapeBytea(reinterpret_cast<const unsigned char*>(text), &size), PQfreemem);
    if (!decoded) throw std::bad_alloc();
    bytes.assign(reinterpret_cast<const char*>(decoded.get()), size);
}

ValueView read_bytes(const char* text, std::size_t size, std::string& bytes) {
    const std::string_view whole(text, size);
    if (!whole.starts_with("\\x")) {
        read_escaped_bytes(text, bytes);
    } else {
        bytes.resize(size / 2 - 1);
        const char* digit = text + 2;
        for (char& byte : bytes) {
            byte = static_cast<char>(hex_digit(digit[0]) << 4 | hex_digit(digit[1]));
            digit += 2;
        }
    }
    return ValueView::blob(std::as_bytes(std::span(bytes)));
}

}  // namespace

void PostgresqlRow::begin(PostgresqlResult result) {
    continue_with(std::move(result));
    const int columns = result_ ? PQnfields(result_.get()) : 0;
    const auto count = static_cast<std::size_t>(columns);
    names_.resize(count);
    types_.resize(count);
    bytes_.resize(count);
    for (int i = 0; i != columns; ++i) {
        names_[static_cast<std::size_t>(i)] = PQfname(result_.get(), i);
        types_[static_cast<std::size_t>(i)] = PQftype(result_.get(), i);
    }
}

void PostgresqlRow::continue_with(PostgresqlResult result) noexcept {
    result_ = std::move(result);
    row_ = -1;
    rows_ = result_ ? PQntuples(result_.get()) : 0;
}

bool PostgresqlRow::next() noexcept {
    if (row_ + 1 >= rows_) return false;
    ++row_;
    return true;
}

ValueView PostgresqlRow::cell(std::size_t column) {
    const int i = static_cast<int>(column);
    const PGresult* result = result_.get();
    if (PQgetisnull(result, row_, i) != 0) return ValueView::null();
    const char* data = PQgetvalue(result, row_, i);
    const std::string_view text(data, static_cast<std::size_t>(PQgetlength(result, row_, i)));
    switch (types_[column]) {
        case postgresql_type::boolean: return ValueView::boolean(text == "t");
        case postgresql_type::int2:
        case postgresql_type::int4:
        case postgresql_type::int8:
        case postgresql_type::oid: return ValueView::int64(read_number<std::int64_t>(text));
        case postgresql_type::float4:
        case postgresql_type::float8: return ValueView::float64(read_number<double>(text));
        case postgresql_type::bytea: return read_bytes(data, text.size(), bytes_[column]);
        default: return ValueView::text(text);
    }
}

}  // namespace sociable::dialect
