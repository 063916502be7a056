#pragma once

#include "dialect/driver.hpp"
#include "dialect/sqlite_settings.hpp"
#include "dialect/sqlite_sql.hpp"

#include <sociable/dialect/isolation_level.hpp>

#include <string>
#include <utility>
#include <vector>

namespace sociable::dialect {

/// @throws ArgumentError when SQLite hasn't got the level
void check_sqlite_level(IsolationLevel level);

class SqliteDriver final : public Driver {
public:
    /// The connection is as its session is to begin with.
    explicit SqliteDriver(::sqlite3* db);

    void begin(const TransactionOptions& options, bool writes) override;
    void commit() override;
    void rollback() override;
    TransactionState transaction_state() noexcept override;

    void lend_session() noexcept override;

    void run(const std::string& sql) override;
    std::unique_ptr<Statement> prepare(std::string sql, std::size_t parameters) override;

    std::unique_ptr<BulkInsert> bulk_insert(const InsertTarget& target, std::size_t rows) override;

    bool knows_returning() const noexcept override;

    bool looks_alive() noexcept override { return true; }
    void ping(std::chrono::milliseconds) override;
    void reset_session() override;
    void set(const std::string& name, const std::string& value) override;
    void restore(const std::string& name) override;

private:
    KeptSqliteStatement& begin_statement(const TransactionOptions& options, bool writes) noexcept;
    void set_for_transaction(const std::string& pragma);
    void end_modes();

    ::sqlite3* db_;
    SqliteSettings settings_;
    KeptSqliteStatement begin_deferred_, begin_immediate_, begin_exclusive_, commit_;
    // Pragmas that were set for the transaction, and their values before it.
    std::vector<std::pair<std::string, std::string>> modes_;
};

}  // namespace sociable::dialect
