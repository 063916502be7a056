#pragma once

#include <sqlite3.h>

#include <stdexcept>
#include <string>

/// The limit: SQLite's own functions, and no more around them than errors and lifetimes need.
namespace raw {

class Sqlite {
public:
    explicit Sqlite(const std::string& file) {
        check(sqlite3_open_v2(file.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                              nullptr));
        sqlite3_busy_timeout(db_, 5000);
    }
    Sqlite(const Sqlite&) = delete;
    ~Sqlite() { sqlite3_close(db_); }

    sqlite3_stmt* prepare(const std::string& sql) {
        sqlite3_stmt* statement = nullptr;
        check(sqlite3_prepare_v3(db_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
        return statement;
    }
    void run(const std::string& sql) { check(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr)); }
    /// Runs a kept statement that gives no rows.
    void run(sqlite3_stmt* statement) {
        sqlite3_step(statement);
        check(sqlite3_reset(statement));
    }
    void check(int result) const {
        if (result != SQLITE_OK && result != SQLITE_DONE && result != SQLITE_ROW)
            throw std::runtime_error(sqlite3_errmsg(db_));
    }

private:
    sqlite3* db_ = nullptr;
};

inline std::string text(sqlite3_stmt* statement, int column) {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

}  // namespace raw
