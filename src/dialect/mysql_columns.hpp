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

/// The columns of a prepared statement's result, and where the current row has their values: in the client library's
/// memory, from which they are read without a copy.
class MysqlColumns {
public:
    MysqlColumns() = default;
    MysqlColumns(const MysqlColumns&) = delete;
    MysqlColumns& operator=(const MysqlColumns&) = delete;

    /// Takes over the description that came with a result.
    void describe(std::span<const MYSQL_FIELD> fields);
    const std::vector<std::string>& names() const noexcept { return names_; }
    bool empty() const noexcept { return names_.empty(); }
    /// From here on the statement tells this object of each row that it fetches.
    void follow(MYSQL_STMT* statement) noexcept;
    /// Of the current row; valid until the next one.
    ValueView value(std::size_t column);

private:
    struct Column {
        MysqlForm form{};
        unsigned decimals = 0;
        enum_field_types type{};
        unsigned flags = 0;
        unsigned charset = 0;
        std::size_t width = 0;              ///< in bytes; 0 where each value tells its own
        const unsigned char* at = nullptr;  ///< of the current row; null: NULL
        std::size_t size = 0;
        std::string text{};  ///< of a time
    };

    bool is(std::span<const MYSQL_FIELD> fields) const;
    static void take(void* columns, unsigned index, unsigned char** row);
    /// Not inline, so that other values don't pay for the registers it needs: a third of their time.
    [[gnu::noinline]] static ValueView time_text(Column& column);

    std::vector<std::string> names_;
    std::vector<Column> columns_;
};

}  // namespace sociable::dialect
