#pragma once

#include <memory>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace sociable::dialect {

struct SqliteFinalizer {
    void operator()(::sqlite3_stmt* statement) const noexcept;
};
using SqliteHandle = std::unique_ptr<::sqlite3_stmt, SqliteFinalizer>;

/// Prepares a text of exactly one statement. `kept`: it will be executed again and again.
/// @throws ArgumentError for none and for several, of which SQLite would drop all but the first; DatabaseError
SqliteHandle prepare_sqlite(::sqlite3* db, const std::string& sql, bool kept);

/// A statement without parameters and rows that is run over and over, and kept prepared from its first run on: of the
/// instructions of a BEGIN or COMMIT, two thirds are its parsing.
class KeptSqliteStatement {
public:
    KeptSqliteStatement(::sqlite3* db, const char* sql) noexcept : db_(db), sql_(sql) {}
    /// @throws DatabaseError
    void run();
    /// Until the next run.
    void drop() noexcept { handle_.reset(); }

private:
    ::sqlite3* db_;
    const char* sql_;
    SqliteHandle handle_;
};

/// Runs every statement of the text and drops the rows.
/// @throws DatabaseError; the statements before the one that failed have been run
void run_sqlite(::sqlite3* db, const std::string& sql);

}  // namespace sociable::dialect
