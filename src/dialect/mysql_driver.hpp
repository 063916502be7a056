#pragma once

#include "dialect/driver.hpp"
#include "dialect/mysql_connection.hpp"

#include <chrono>

namespace sociable::dialect {

class MysqlDriver : public Driver {
public:
    /// @throws DatabaseError when the new connection's settings can't be made
    explicit MysqlDriver(MYSQL* native);

    void begin(const TransactionOptions& options, bool writes) override;
    void commit() override;
    void rollback() override;
    TransactionState transaction_state() noexcept override;
    bool roll_back_to(const std::string& savepoint) override { return connection_.roll_back_to(savepoint); }

    void session_closed() noexcept override { connection_.session_closed(); }

    void run(const std::string& sql) override;
    std::unique_ptr<Statement> prepare(std::string sql, std::size_t parameters) override;

    std::unique_ptr<BulkInsert> bulk_insert(const InsertTarget& target, std::size_t rows) override;
    void refuse_changed_values() override { connection_.refuse_changed_values(); }
    bool knows_returning() const noexcept override;

    bool looks_alive() noexcept override;
    void ping(std::chrono::milliseconds timeout) override;
    bool tells_of_replica(const DatabaseErrorInfo& error) noexcept override;
    void limit_answers(std::optional<std::chrono::milliseconds> limit) noexcept override {
        answer_limit_ = limit;
        connection_.limit_answers(limit);
    }
    bool keeps_table_locks() const noexcept override { return true; }
    void release_table_locks() override { run("UNLOCK TABLES"); }
    void reset_session() override;
    void set(const std::string& name, const std::string& value) override;
    void restore(const std::string& name) override;

private:
    MysqlConnection connection_;
    std::optional<std::chrono::milliseconds> answer_limit_;
    std::string settings_;  ///< what follows SET to make the session as it is after connecting
    std::string database_;  ///< the one connected to
};

/// `name` in backticks.
std::string quote_mysql_identifier(std::string_view name);

}  // namespace sociable::dialect
