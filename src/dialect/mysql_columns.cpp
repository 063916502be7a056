#include "dialect/mysql_columns.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace sociable::dialect {

namespace {

constexpr unsigned binary_charset = 63;
constexpr std::size_t first_buffer = 256;
constexpr std::size_t large_buffer = 64 * 1024;

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
    columns_.assign(fields.size(), Column{});
    binds_.assign(fields.size(), MYSQL_BIND{});
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const MYSQL_FIELD& field = fields[i];
        names_.emplace_back(field.name, field.name_length);
        Column& column = columns_[i];
        column.form = form_of(field);
        column.decimals = field.decimals;
        column.type = field.type;
        column.flags = field.flags;
        column.charset = field.charsetnr;
        MYSQL_BIND& bind = binds_[i];
        switch (column.form) {
            case MysqlForm::integer:
                bind.buffer_type = MYSQL_TYPE_LONGLONG;
                bind.is_unsigned = (field.flags & UNSIGNED_FLAG) != 0;
                bind.buffer = &column.integer;
                break;
            case MysqlForm::real:
                bind.buffer_type = MYSQL_TYPE_DOUBLE;
                bind.buffer = &column.real;
                break;
            case MysqlForm::date:
            case MysqlForm::datetime:
            case MysqlForm::time:
                bind.buffer_type = column.form == MysqlForm::time ? MYSQL_TYPE_TIME : MYSQL_TYPE_DATETIME;
                bind.buffer = &column.time;
                break;
            case MysqlForm::text:
            case MysqlForm::blob:
            case MysqlForm::bits:
                bind.buffer_type = MYSQL_TYPE_STRING;
                bind_buffer(i, first_buffer);
                break;
        }
        bind.length = &bind.length_value;
        bind.is_null = &bind.is_null_value;
        bind.error = &bind.error_value;
    }
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

void MysqlColumns::bind_buffer(std::size_t column, std::size_t size) {
    columns_[column].buffer.resize(size);
    binds_[column].buffer = columns_[column].buffer.data();
    binds_[column].buffer_length = static_cast<unsigned long>(size);
}

bool MysqlColumns::complete(MYSQL_STMT* statement) {
    bool moved = false;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        MYSQL_BIND& bind = binds_[i];
        if (bind.buffer_type != MYSQL_TYPE_STRING || bind.is_null_value || bind.length_value <= bind.buffer_length)
            continue;
        const unsigned long length = bind.length_value;
        bind_buffer(i, std::max<std::size_t>(length, 2 * columns_[i].buffer.size()));
        MYSQL_BIND whole = bind;
        mysql_stmt_fetch_column(statement, &whole, static_cast<unsigned>(i), 0);
        bind.length_value = length;
        moved = true;
    }
    return moved;
}

ValueView MysqlColumns::value(std::size_t index) {
    const MYSQL_BIND& bind = binds_[index];
    Column& column = columns_[index];
    if (bind.is_null_value) return ValueView::null();
    const auto chars = [&] { return std::string_view(column.buffer.data(), bind.length_value); };
    switch (column.form) {
        case MysqlForm::integer:
            return bind.is_unsigned ? ValueView::uint64(static_cast<std::uint64_t>(column.integer))
                                    : ValueView::int64(column.integer);
        case MysqlForm::real: return ValueView::float64(column.real);
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
        column.buffer = print_date(column.time);
    else if (column.form == MysqlForm::datetime)
        column.buffer = print_datetime(column.time, column.decimals);
    else
        column.buffer = print_time(column.time, column.decimals);
    return ValueView::text(column.buffer);
}

void MysqlColumns::shrink() {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i].buffer.size() <= large_buffer) continue;
        columns_[i].buffer = std::string();
        bind_buffer(i, first_buffer);
    }
}

}  // namespace sociable::dialect
