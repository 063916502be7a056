#include "dialect/sqlite_errors.hpp"

#include <sqlite3.h>

#include <utility>

namespace sociable::dialect {

namespace {

ErrorKind constraint_kind(int code) {
    switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID: return ErrorKind::unique;
        case SQLITE_CONSTRAINT_FOREIGNKEY: return ErrorKind::foreign_key;
        case SQLITE_CONSTRAINT_NOTNULL: return ErrorKind::not_null;
        case SQLITE_CONSTRAINT_CHECK: return ErrorKind::check;
        case SQLITE_CONSTRAINT_DATATYPE: return ErrorKind::data;  // a text in an integer column of a STRICT table
        default: return ErrorKind::integrity;
    }
}

// Errors of values, for which SQLite has no code but the one for wrong statements.
bool is_about_a_value(const std::string& message) {
    return message == "integer overflow" || message == "malformed JSON";
}

ErrorKind kind_of(int code, const std::string& message) {
    switch (code & 0xff) {
        case SQLITE_ERROR: return is_about_a_value(message) ? ErrorKind::data : ErrorKind::programming;
        case SQLITE_AUTH: return ErrorKind::programming;
        case SQLITE_CONSTRAINT: return constraint_kind(code);
        case SQLITE_TOOBIG:
        case SQLITE_MISMATCH: return ErrorKind::data;
        case SQLITE_MISUSE:
        case SQLITE_RANGE: return ErrorKind::interface;
        case SQLITE_INTERNAL:
        case SQLITE_NOTFOUND: return ErrorKind::internal;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_FORMAT: return ErrorKind::database;
        default: return ErrorKind::operational;  // files, locks, memory, interrupts
    }
}

}  // namespace

DatabaseErrorInfo sqlite_error(int code, std::string message) {
    const int primary = code & 0xff;
    DatabaseErrorInfo info;
    info.kind = kind_of(code, message);
    info.message = std::move(message);
    info.native_code = code;
    info.is_retryable = primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
    return info;
}

void raise_sqlite_error(::sqlite3* db) { raise(sqlite_error(sqlite3_extended_errcode(db), sqlite3_errmsg(db))); }

}  // namespace sociable::dialect
