#pragma once

#include <sociable/types/value_view.hpp>

#include <mysql.h>

#include <span>
#include <string>
#include <vector>

namespace sociable::dialect {

/// What a column of a result becomes.
enum class MysqlForm { integer, real, text, blob, bits, date, datetime, time };

MysqlForm form_of(const MYSQL_FIELD& field) noexcept;
/// The bytes of a BIT column as a number.
ValueView read_bits(std::string_view bytes) noexcept;

/// The columns of a prepared statement's result, and the buffers that a row is received into.
class MysqlColumns {
public:
    /// Takes over the description that came with a result; buffers are kept where nothing has changed.
    void describe(std::span<const MYSQL_FIELD> fields);
    const std::vector<std::string>& names() const noexcept { return names_; }
    bool empty() const noexcept { return names_.empty(); }
    MYSQL_BIND* binds() noexcept { return binds_.data(); }

    /// Gets what was too long for its buffer in the row just received. True when buffers have moved, so that they must
    /// be bound again before the next row.
    bool complete(MYSQL_STMT* statement);
    /// Of the current row; valid until the next one.
    ValueView value(std::size_t column);
    /// Frees the buffers that a long value has made large; the others stay bound.
    void shrink();

private:
    struct Column {
        MysqlForm form{};
        unsigned decimals = 0;
        enum_field_types type{};
        unsigned flags = 0;
        unsigned charset = 0;
        union {
            std::int64_t integer = 0;
            double real;
            MYSQL_TIME time;
        };
        std::string buffer{};  ///< a text, or a time made into one
    };

    bool is(std::span<const MYSQL_FIELD> fields) const;
    /// Not inline, so that other values don't pay for the registers it needs: a third of their time.
    [[gnu::noinline]] static ValueView time_text(Column& column);
    void bind_buffer(std::size_t column, std::size_t size);

    std::vector<std::string> names_;
    std::vector<Column> columns_;
    std::vector<MYSQL_BIND> binds_;
};

}  // namespace sociable::dialect
