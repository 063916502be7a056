#pragma once

#include <sociable/errors/database_error.hpp>

#include <string>

struct sqlite3;

namespace sociable::dialect {

/// What one of SQLite's result codes, extended where it is known, means. No error of SQLite is a disconnect.
///
/// SQLite has a single code for everything that is wrong with a statement, and Python's module calls that an
/// OperationalError. Here it is a ProgrammingError, as on the databases that can tell.
DatabaseErrorInfo sqlite_error(int code, std::string message);

/// Throws the last error of the connection.
[[noreturn]] void raise_sqlite_error(::sqlite3* db);

}  // namespace sociable::dialect
