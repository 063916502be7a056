#pragma once

#include <string>

namespace soci {
class session;
}
struct sqlite3;

namespace sociable::dialect {

/// Opens a closed session with SOCI's SQLite backend.
/// @throws DatabaseError with SQLite's code and words; the session is closed then
void open_sqlite(soci::session& session, const std::string& connect_string);

/// Opens the database of an open session that nobody has used yet once more, without a mutex: only one thread at a time
/// may use it then. Every call would lock the mutex, which is a tenth of a short select, and of opening a file.
/// @throws DatabaseError; the session keeps what it had
void drop_mutex(soci::session& session, const std::string& connect_string);

/// SQLite's own handle of an open session, which keeps it. Null when the session is closed or of another database.
::sqlite3* sqlite_handle(soci::session& session) noexcept;

}  // namespace sociable::dialect
