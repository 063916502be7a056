#include "dialect/sqlite_driver.hpp"

#include "dialect/choices.hpp"
#include "dialect/sqlite_statement.hpp"
#include "dialect/values_insert.hpp"

#include <sociable/errors/error.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <array>

namespace sociable::dialect {

void check_sqlite_level(IsolationLevel level) {
    constexpr std::array valid{IsolationLevel::serializable, IsolationLevel::read_uncommitted,
                               IsolationLevel::autocommit};
    if (std::find(valid.begin(), valid.end(), level) != valid.end()) return;
    std::array<std::string_view, valid.size()> names;
    std::transform(valid.begin(), valid.end(), names.begin(), [](IsolationLevel l) { return to_string(l); });
    throw ArgumentError("SQLite has no isolation level " + not_among(to_string(level), names));
}

SqliteDriver::SqliteDriver(::sqlite3* db)
    : db_(db),
      settings_(db),
      begin_deferred_(db, "BEGIN DEFERRED"),
      begin_immediate_(db, "BEGIN IMMEDIATE"),
      begin_exclusive_(db, "BEGIN EXCLUSIVE"),
      commit_(db, "COMMIT") {}

KeptSqliteStatement& SqliteDriver::begin_statement(const TransactionOptions& options, bool writes) noexcept {
    switch (options.sqlite_lock) {
        case SqliteLock::automatic: break;
        case SqliteLock::deferred: return begin_deferred_;
        case SqliteLock::immediate: return begin_immediate_;
        case SqliteLock::exclusive: return begin_exclusive_;
    }
    return writes && !options.read_only ? begin_immediate_ : begin_deferred_;
}

void SqliteDriver::begin(const TransactionOptions& options, bool writes) {
    const auto level = options.isolation_level.value_or(IsolationLevel::serializable);
    check_sqlite_level(level);
    if (level == IsolationLevel::autocommit)
        throw ArgumentError("a transaction can't be begun at the level AUTOCOMMIT, which means to have none");

    // The last transaction may have ended in the user's own SQL.
    if (transaction_state() == TransactionState::idle) end_modes();
    begin_statement(options, writes).run();
    try {
        if (level == IsolationLevel::read_uncommitted) set_for_transaction("read_uncommitted");
        if (options.read_only) set_for_transaction("query_only");
    } catch (...) {
        rollback();
        throw;
    }
}

void SqliteDriver::commit() {
    commit_.run();
    end_modes();
}

void SqliteDriver::rollback() {
    // After some errors, such as a full disk, SQLite has rolled back by itself.
    if (transaction_state() == TransactionState::active) run_sqlite(db_, "ROLLBACK");
    end_modes();
}

TransactionState SqliteDriver::transaction_state() noexcept {
    return sqlite3_get_autocommit(db_) != 0 ? TransactionState::idle : TransactionState::active;
}

/// SQLite doesn't close a connection that has prepared statements.
void SqliteDriver::lend_session() noexcept {
    for (KeptSqliteStatement* kept : {&begin_deferred_, &begin_immediate_, &begin_exclusive_, &commit_}) kept->drop();
}

void SqliteDriver::run(const std::string& sql) { run_sqlite(db_, sql); }

std::unique_ptr<Statement> SqliteDriver::prepare(std::string sql, std::size_t parameters) {
    return std::make_unique<SqliteStatement>(db_, sql, parameters);
}

// One step for 50 rows takes two thirds of the time of 50 steps. Inside a savepoint every step copies the pages that it
// changes, so that many rows want larger steps. SQLite doesn't promise in which order one statement returns rows.
std::unique_ptr<BulkInsert> SqliteDriver::bulk_insert(const InsertTarget& target, std::size_t rows) {
    constexpr std::size_t few = 50;
    constexpr std::size_t many = 500;
    const auto limit = static_cast<std::size_t>(sqlite3_limit(db_, SQLITE_LIMIT_VARIABLE_NUMBER, -1));
    const std::size_t at_once = std::min(rows < 2 * many ? few : many, limit / target.columns.size());
    if (at_once < 2 || rows < at_once || !target.returning_sql.empty()) return nullptr;
    const auto max_size = static_cast<std::size_t>(sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, -1));
    return std::make_unique<ValuesInsert>(*this, target, at_once, max_size);
}

bool SqliteDriver::knows_returning() const noexcept { return sqlite3_libversion_number() >= 3'035'000; }

void SqliteDriver::ping(std::chrono::milliseconds) { run_sqlite(db_, "SELECT 1"); }

void SqliteDriver::reset_session() {
    rollback();
    settings_.reset();
}

void SqliteDriver::set(const std::string& name, const std::string& value) { settings_.set(name, value); }

void SqliteDriver::restore(const std::string& name) { settings_.restore(name); }

void SqliteDriver::set_for_transaction(const std::string& pragma) {
    modes_.emplace_back(pragma, read_pragma(db_, pragma).value_or("0"));
    write_pragma(db_, pragma, "ON");
}

void SqliteDriver::end_modes() {
    for (const auto& [pragma, before] : modes_) write_pragma(db_, pragma, before);
    modes_.clear();
}

}  // namespace sociable::dialect
