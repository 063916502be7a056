#include "dialect/sqlite_bind.hpp"

#include "dialect/sqlite_errors.hpp"
#include "types/time_text.hpp"

#include <sqlite3.h>

#include <cmath>
#include <string>
#include <utility>

namespace sociable::dialect {

namespace {

[[noreturn]] void refuse(int parameter, const std::string& why) {
    DatabaseErrorInfo info;
    info.kind = ErrorKind::data;
    info.message = "parameter " + std::to_string(parameter) + ": " + why;
    info.sqlstate = "22003";  // SQL's "numeric value out of range"
    raise(std::move(info));
}

int bind_text(::sqlite3_stmt* statement, int parameter, std::string_view text, sqlite3_destructor_type lifetime) {
    const char* data = text.data() ? text.data() : "";  // SQLite reads a null pointer as NULL
    return sqlite3_bind_text64(statement, parameter, data, text.size(), lifetime, SQLITE_UTF8);
}

int bind_blob(::sqlite3_stmt* statement, int parameter, std::string_view bytes, sqlite3_destructor_type lifetime) {
    if (bytes.empty()) return sqlite3_bind_zeroblob(statement, parameter, 0);
    return sqlite3_bind_blob64(statement, parameter, bytes.data(), bytes.size(), lifetime);
}

int bind(::sqlite3_stmt* statement, int parameter, const ValueView& value, bool copy) {
    const sqlite3_destructor_type lifetime = copy ? SQLITE_TRANSIENT : SQLITE_STATIC;
    switch (value.kind()) {
        case ValueView::Kind::null: break;
        case ValueView::Kind::boolean: return sqlite3_bind_int(statement, parameter, value.as_boolean() ? 1 : 0);
        case ValueView::Kind::int32:
        case ValueView::Kind::int64: return sqlite3_bind_int64(statement, parameter, value.as_int64());
        case ValueView::Kind::uint64:
            refuse(parameter, "SQLite integers have 64 bits with sign, at most 9223372036854775807");
        case ValueView::Kind::float64:
            if (std::isnan(value.as_float64())) refuse(parameter, "SQLite has no NaN and would store NULL");
            return sqlite3_bind_double(statement, parameter, value.as_float64());
        case ValueView::Kind::text: return bind_text(statement, parameter, value.as_text(), lifetime);
        case ValueView::Kind::blob: return bind_blob(statement, parameter, value.as_text(), lifetime);
        case ValueView::Kind::date:
            return bind_text(statement, parameter, types::format_date(value.as_int64()), SQLITE_TRANSIENT);
        case ValueView::Kind::timestamp:
        case ValueView::Kind::local_timestamp:
            return bind_text(statement, parameter, types::format_timestamp(value.as_int64()), SQLITE_TRANSIENT);
    }
    return sqlite3_bind_null(statement, parameter);
}

}  // namespace

void bind_sqlite(::sqlite3_stmt* statement, int parameter, const ValueView& value, bool copy) {
    if (bind(statement, parameter, value, copy) != SQLITE_OK) raise_sqlite_error(sqlite3_db_handle(statement));
}

ValueView sqlite_column(::sqlite3_stmt* statement, int column) {
    // Locks the connection once, where each sqlite3_column_... function would. What it gives is safe as long as no
    // other thread uses the connection.
    ::sqlite3_value* value = sqlite3_column_value(statement, column);
    // The pointer is asked for before the size: reading it may convert the text to UTF-8.
    switch (sqlite3_value_type(value)) {
        case SQLITE_INTEGER: return ValueView::int64(sqlite3_value_int64(value));
        case SQLITE_FLOAT: return ValueView::float64(sqlite3_value_double(value));
        case SQLITE_TEXT: {
            const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
            return ValueView::text({text, static_cast<std::size_t>(sqlite3_value_bytes(value))});
        }
        case SQLITE_BLOB: {
            const auto* bytes = static_cast<const std::byte*>(sqlite3_value_blob(value));
            return ValueView::blob({bytes, static_cast<std::size_t>(sqlite3_value_bytes(value))});
        }
        default: return ValueView::null();
    }
}

}  // namespace sociable::dialect
