#include "dialect/postgresql_row.hpp"

#include "dialect/postgresql_types.hpp"

#include <sociable/errors/database_error.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>

#include <endian.h>

namespace sociable::dialect {

namespace {

[[noreturn]] void raise_malformed() {
    raise({.kind = ErrorKind::data, .message = "PostgreSQL sent a malformed number", .sqlstate = {}, .statement = {}});
}

template <class Number>
Number read_number(std::string_view text) {
    Number number{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end) raise_malformed();
    return number;
}

/// An integer in the order of the network.
template <class Number>
Number read_bytes_of(std::string_view bytes) {
    if (bytes.size() != sizeof(Number)) raise_malformed();
    Number number{};
    std::memcpy(&number, bytes.data(), sizeof number);
    if constexpr (sizeof number == 8)
        return static_cast<Number>(be64toh(static_cast<std::uint64_t>(number)));
    else if constexpr (sizeof number == 4)
        return static_cast<Number>(be32toh(static_cast<std::uint32_t>(number)));
    else if constexpr (sizeof number == 2)
        return static_cast<Number>(be16toh(static_cast<std::uint16_t>(number)));
    else
        return number;
}

ValueView from_binary(Oid type, std::string_view bytes) {
    switch (type) {
        case postgresql_type::boolean: return ValueView::boolean(read_bytes_of<std::uint8_t>(bytes) != 0);
        case postgresql_type::int2: return ValueView::int64(read_bytes_of<std::int16_t>(bytes));
        case postgresql_type::int4: return ValueView::int64(read_bytes_of<std::int32_t>(bytes));
        case postgresql_type::int8: return ValueView::int64(read_bytes_of<std::int64_t>(bytes));
        case postgresql_type::oid: return ValueView::int64(read_bytes_of<std::uint32_t>(bytes));
        case postgresql_type::float8:
            return ValueView::float64(std::bit_cast<double>(read_bytes_of<std::uint64_t>(bytes)));
        case postgresql_type::bytea: return ValueView::blob(std::as_bytes(std::span(bytes)));
        default: return ValueView::text(bytes);
    }
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
    binary_ = result_ && PQbinaryTuples(result_.get()) != 0;
}

bool PostgresqlRow::next() noexcept {
    if (row_ + 1 >= rows_) return false;
    ++row_;
    return true;
}

// Not float4: as text it is the decimal that was meant, 0.1, and as a number 0.10000000149.
bool PostgresqlRow::fits_binary() const noexcept {
    return std::ranges::all_of(types_, [](Oid type) {
        switch (type) {
            case postgresql_type::boolean:
            case postgresql_type::int2:
            case postgresql_type::int4:
            case postgresql_type::int8:
            case postgresql_type::oid:
            case postgresql_type::float8:
            case postgresql_type::bytea:
            case postgresql_type::text:
            case postgresql_type::varchar:
            case postgresql_type::bpchar:
            case postgresql_type::name:
            case postgresql_type::json: return true;
            default: return false;
        }
    });
}

ValueView PostgresqlRow::cell(std::size_t column) {
    const int i = static_cast<int>(column);
    const PGresult* result = result_.get();
    const auto length = static_cast<std::size_t>(PQgetlength(result, row_, i));
    if (length == 0 && PQgetisnull(result, row_, i) != 0) return ValueView::null();
    const std::string_view value(PQgetvalue(result, row_, i), length);
    return binary_ ? from_binary(types_[column], value) : from_text(column, value);
}

ValueView PostgresqlRow::from_text(std::size_t column, std::string_view text) {
    switch (types_[column]) {
        case postgresql_type::boolean: return ValueView::boolean(text == "t");
        case postgresql_type::int2:
        case postgresql_type::int4:
        case postgresql_type::int8:
        case postgresql_type::oid: return ValueView::int64(read_number<std::int64_t>(text));
        case postgresql_type::float4:
        case postgresql_type::float8: return ValueView::float64(read_number<double>(text));
        case postgresql_type::bytea: return read_bytes(text.data(), text.size(), bytes_[column]);
        default: return ValueView::text(text);
    }
}

}  // namespace sociable::dialect
