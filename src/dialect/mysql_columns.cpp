#include "dialect/mysql_columns.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include <boost/endian/conversion.hpp>

namespace sociable::dialect {

namespace {

constexpr unsigned binary_charset = 63;

namespace endian = boost::endian;

/// Of a value in the binary protocol.
std::size_t width_of(enum_field_types type) noexcept {
    switch (type) {
        case MYSQL_TYPE_TINY: return 1;
        case MYSQL_TYPE_SHORT:
        case MYSQL_TYPE_YEAR: return 2;
        case MYSQL_TYPE_INT24:
        case MYSQL_TYPE_LONG:
        case MYSQL_TYPE_FLOAT: return 4;
        case MYSQL_TYPE_LONGLONG:
        case MYSQL_TYPE_DOUBLE: return 8;
        default: return 0;
    }
}

/// The length that stands before a value, which `row` points to afterwards.
std::size_t take_length(unsigned char*& row) noexcept {
    const unsigned char first = *row++;
    if (first < 251) return first;
    const unsigned char* number = row;
    switch (first) {
        case 252: row += 2; return endian::load_little_u16(number);
        case 253: row += 3; return endian::load_little_u24(number);
        default: row += 8; return endian::load_little_u32(number);  // of 8 bytes: a row has 1 GB at most
    }
}

ValueView read_integer(const unsigned char* bytes, std::size_t width, bool is_unsigned) noexcept {
    std::uint64_t number = 0;
    switch (width) {
        case 1: number = *bytes; break;
        case 2: number = endian::load_little_u16(bytes); break;
        case 4: number = endian::load_little_u32(bytes); break;
        default: number = endian::load_little_u64(bytes); break;
    }
    if (is_unsigned) return ValueView::uint64(number);
    const std::size_t spare = 64 - 8 * width;
    return ValueView::int64(static_cast<std::int64_t>(number << spare) >> spare);
}

double read_real(const unsigned char* bytes, std::size_t width) noexcept {
    return width == sizeof(float) ? std::bit_cast<float>(endian::load_little_u32(bytes))
                                  : std::bit_cast<double>(endian::load_little_u64(bytes));
}

// What is zero at the end of a time is left out.
MYSQL_TIME read_date(const unsigned char* bytes, std::size_t size) noexcept {
    MYSQL_TIME t{};
    if (size >= 4) {
        t.year = endian::load_little_u16(bytes);
        t.month = bytes[2];
        t.day = bytes[3];
    }
    if (size >= 7) {
        t.hour = bytes[4];
        t.minute = bytes[5];
        t.second = bytes[6];
    }
    if (size >= 11) t.second_part = endian::load_little_u32(bytes + 7);
    return t;
}

MYSQL_TIME read_time(const unsigned char* bytes, std::size_t size) noexcept {
    constexpr unsigned hours_of_day = 24;
    MYSQL_TIME t{};
    if (size >= 8) {
        t.neg = bytes[0] != 0;
        t.hour = endian::load_little_u32(bytes + 1) * hours_of_day + bytes[5];
        t.minute = bytes[6];
        t.second = bytes[7];
    }
    if (size >= 12) t.second_part = endian::load_little_u32(bytes + 8);
    return t;
}

// A time with as many digits behind the point as its column has, as the server itself prints it.
std::string_view add_fraction(std::array<char, 64>& text, int length, unsigned long micros, unsigned decimals) {
    auto end = static_cast<std::size_t>(length);
    // 39 stands for "as many as there are".
    const unsigned digits = decimals <= 6 ? decimals : (micros == 0 ? 0U : 6U);
    if (digits != 0) {
        std::snprintf(text.data() + end, text.size() - end, ".%06lu", micros);
        end += 1 + digits;
    }
    return {text.data(), end};
}

std::string print_date(const MYSQL_TIME& t) {
    std::array<char, 64> text{};
    const int n = std::snprintf(text.data(), text.size(), "%04u-%02u-%02u", t.year, t.month, t.day);
    return {text.data(), static_cast<std::size_t>(n)};
}

std::string print_datetime(const MYSQL_TIME& t, unsigned decimals) {
    std::array<char, 64> text{};
    const int n = std::snprintf(text.data(), text.size(), "%04u-%02u-%02u %02u:%02u:%02u", t.year, t.month, t.day,
                                t.hour, t.minute, t.second);
    return std::string(add_fraction(text, n, t.second_part, decimals));
}

std::string print_time(const MYSQL_TIME& t, unsigned decimals) {
    std::array<char, 64> text{};
    const int n =
        std::snprintf(text.data(), text.size(), "%s%02u:%02u:%02u", t.neg ? "-" : "", t.hour, t.minute, t.second);
    return std::string(add_fraction(text, n, t.second_part, decimals));
}

}  // namespace

MysqlForm form_of(const MYSQL_FIELD& field) noexcept {
    switch (field.type) {
        case MYSQL_TYPE_TINY:
        case MYSQL_TYPE_SHORT:
        case MYSQL_TYPE_INT24:
        case MYSQL_TYPE_LONG:
        case MYSQL_TYPE_LONGLONG:
        case MYSQL_TYPE_YEAR: return MysqlForm::integer;
        case MYSQL_TYPE_FLOAT:
        case MYSQL_TYPE_DOUBLE: return MysqlForm::real;
        case MYSQL_TYPE_BIT: return MysqlForm::bits;
        case MYSQL_TYPE_DATE:
        case MYSQL_TYPE_NEWDATE: return MysqlForm::date;
        case MYSQL_TYPE_DATETIME:
        case MYSQL_TYPE_TIMESTAMP: return MysqlForm::datetime;
        case MYSQL_TYPE_TIME: return MysqlForm::time;
        case MYSQL_TYPE_TINY_BLOB:
        case MYSQL_TYPE_MEDIUM_BLOB:
        case MYSQL_TYPE_LONG_BLOB:
        case MYSQL_TYPE_BLOB:
        case MYSQL_TYPE_VARCHAR:
        case MYSQL_TYPE_VAR_STRING:
        case MYSQL_TYPE_STRING:
        case MYSQL_TYPE_GEOMETRY: return field.charsetnr == binary_charset ? MysqlForm::blob : MysqlForm::text;
        default: return MysqlForm::text;  // decimals, JSON, and NULL, which has no value to be read
    }
}

ValueView read_bits(std::string_view bytes) noexcept {
    std::uint64_t number = 0;
    for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
    return ValueView::uint64(number);
}

void MysqlColumns::describe(std::span<const MYSQL_FIELD> fields) {
    if (is(fields)) return;
    names_.clear();
    columns_.clear();
    for (const MYSQL_FIELD& field : fields) {
        names_.emplace_back(field.name, field.name_length);
        columns_.push_back({.form = form_of(field),
                            .decimals = field.decimals,
                            .type = field.type,
                            .flags = field.flags,
                            .charset = field.charsetnr,
                            .width = width_of(field.type)});
    }
}

// Bound buffers cost a conversion and a copy for each value, an eighth of a row's time. Before the library calls, it
// has seen that the value ends within the row.
void MysqlColumns::follow(MYSQL_STMT* statement) noexcept {
    mysql_stmt_attr_set(statement, STMT_ATTR_CB_USER_DATA, this);
    mysql_stmt_attr_set(statement, STMT_ATTR_CB_RESULT, reinterpret_cast<const void*>(&MysqlColumns::take));
}

void MysqlColumns::take(void* columns, unsigned index, unsigned char** row) {
    Column& column = static_cast<MysqlColumns*>(columns)->columns_[index];
    column.at = nullptr;
    if (!row) return;
    column.size = column.width != 0 ? column.width : take_length(*row);
    column.at = *row;
    *row += column.size;
}

bool MysqlColumns::is(std::span<const MYSQL_FIELD> fields) const {
    return fields.size() == names_.size() &&
           std::equal(fields.begin(), fields.end(), columns_.begin(),
                      [](const MYSQL_FIELD& f, const Column& c) {
                          return f.type == c.type && f.flags == c.flags && f.charsetnr == c.charset &&
                                 f.decimals == c.decimals;
                      }) &&
           std::equal(fields.begin(), fields.end(), names_.begin(), [](const MYSQL_FIELD& f, const std::string& name) {
               return name == std::string_view(f.name, f.name_length);
           });
}

ValueView MysqlColumns::value(std::size_t index) {
    Column& column = columns_[index];
    if (!column.at) return ValueView::null();
    const auto chars = [&] { return std::string_view(reinterpret_cast<const char*>(column.at), column.size); };
    switch (column.form) {
        case MysqlForm::integer: return read_integer(column.at, column.width, (column.flags & UNSIGNED_FLAG) != 0);
        case MysqlForm::real: return ValueView::float64(read_real(column.at, column.width));
        case MysqlForm::text: return ValueView::text(chars());
        case MysqlForm::blob: return ValueView::blob(std::as_bytes(std::span(chars())));
        case MysqlForm::bits: return read_bits(chars());
        case MysqlForm::date:
        case MysqlForm::datetime:
        case MysqlForm::time: break;
    }
    return time_text(column);
}

ValueView MysqlColumns::time_text(Column& column) {
    if (column.form == MysqlForm::date)
        column.text = print_date(read_date(column.at, column.size));
    else if (column.form == MysqlForm::datetime)
        column.text = print_datetime(read_date(column.at, column.size), column.decimals);
    else
        column.text = print_time(read_time(column.at, column.size), column.decimals);
    return ValueView::text(column.text);
}

}  // namespace sociable::dialect
