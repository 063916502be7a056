#pragma once

#include "dialect/driver.hpp"
#include "dialect/postgresql_link.hpp"

#include <chrono>

namespace sociable::dialect {

class PostgresqlDriver final : public Driver {
public:
    /// Borrows `connection`, which is open. @throws DatabaseError
    explicit PostgresqlDriver(PGconn* connection);

    void begin(const TransactionOptions& options, bool writes) override;
    void begin_with_next(const TransactionOptions& options, bool writes) override;
    LateBegin end_late_begin() noexcept override { return link_.end_late_begin(); }
    void commit() override;
    void rollback() override;
    TransactionState transaction_state() noexcept override { return link_.transaction_state(); }

    void session_closed() noexcept override { link_.session_closed(); }

    void run(const std::string& sql) override { link_.run(sql); }
    std::unique_ptr<Statement> prepare(std::string sql, std::size_t parameters) override;

    std::unique_ptr<BulkInsert> bulk_insert(const InsertTarget& target, std::size_t rows) override;

    bool looks_alive() noexcept override;
    void ping(std::chrono::milliseconds timeout) override;
    /// What the server says by itself since version 14; before, and where a proxy is in between, it isn't known.
    bool is_replica() noexcept override;
    bool tells_of_replica(const DatabaseErrorInfo& error) noexcept override;
    void limit_answers(std::optional<std::chrono::milliseconds> limit) noexcept override { link_.limit_answers(limit); }
    void keep_no_statements() noexcept override { link_.keeps_statements = false; }
    void reset_session() override;
    void set(const std::string& name, const std::string& value) override;
    /// A dot in the name divides it: `my_extension.setting`.
    void restore(const std::string& name) override;

private:
    void choose_formats();

    PostgresqlLink link_;
};

/// The name in double quotes. @throws DataError for a name with NUL
std::string postgresql_identifier(std::string_view name);

}  // namespace sociable::dialect
