#include "dialect/sqlite_sql.hpp"

#include "dialect/sqlite_errors.hpp"

#include <sociable/errors/error.hpp>

#include <sqlite3.h>

namespace sociable::dialect {

namespace {

// SQLite reads up to the first NUL and would run `DELETE FROM t` for "DELETE FROM t\0 WHERE id = 1".
void refuse_nul(const std::string& sql) {
    if (sql.find('\0') != std::string::npos) throw ArgumentError("the SQL text has a NUL character in it");
}

int prepare_next(::sqlite3* db, const char*& sql, unsigned flags, SqliteHandle& result) {
    ::sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(db, sql, -1, flags, &raw, &sql);
    result.reset(raw);
    return code;
}

}  // namespace

void SqliteFinalizer::operator()(::sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

SqliteHandle prepare_sqlite(::sqlite3* db, const std::string& sql, bool kept) {
    refuse_nul(sql);
    const char* rest = sql.c_str();
    const unsigned flags = kept ? SQLITE_PREPARE_PERSISTENT : 0;
    SqliteHandle first;
    while (!first && *rest != '\0')
        if (prepare_next(db, rest, flags, first) != SQLITE_OK) raise_sqlite_error(db);
    if (!first) throw ArgumentError("the SQL text has no statement in it");

    // Only SQLite knows for sure whether the rest is more than comments: it makes no statement of those.
    while (*rest != '\0') {
        SqliteHandle second;
        if (prepare_next(db, rest, 0, second) != SQLITE_OK || second)
            throw ArgumentError("the SQL text has several statements in it; execute one statement at a time");
    }
    return first;
}

void KeptSqliteStatement::run() {
    if (!handle_) handle_ = prepare_sqlite(db_, sql_, true);
    sqlite3_step(handle_.get());
    // Tells the error of the step once more.
    if (sqlite3_reset(handle_.get()) != SQLITE_OK) raise_sqlite_error(db_);
}

void run_sqlite(::sqlite3* db, const std::string& sql) {
    refuse_nul(sql);
    if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) raise_sqlite_error(db);
}

}  // namespace sociable::dialect
