#pragma once

#include "dialect/mysql_columns.hpp"
#include "dialect/mysql_connection.hpp"
#include "dialect/mysql_parameters.hpp"
#include "dialect/statement.hpp"

#include <memory>

namespace sociable::dialect {

/// A statement prepared on the server, with values and rows in the binary protocol. A stream has the connection to
/// itself, unless a number of rows to fetch at a time asks for a cursor: for that the server first makes a temporary
/// table of the whole result.
class MysqlStatement : public Statement {
public:
    /// @throws DatabaseError; number 1295 for a statement that MariaDB does not prepare
    /// @throws ArgumentError when the server counts another number of placeholders
    MysqlStatement(MysqlConnection& connection, const std::string& sql, std::size_t parameters);
    ~MysqlStatement() override;
    MysqlStatement(const MysqlStatement&) = delete;
    MysqlStatement& operator=(const MysqlStatement&) = delete;

    void execute(std::span<const ValueView> values, Delivery delivery) override;
    /// By arrays of values, where the server takes them, inside a transaction.
    void execute_many(std::span<const ValueView> values, std::size_t rows, Batch& batch) override;
    std::size_t batch_rows() const override;
    const std::vector<std::string>& columns() const override { return columns_.names(); }
    bool fetch() override;
    std::size_t rows_left() const override { return stored_rows_; }
    ValueView cell(std::size_t column) override { return columns_.value(column); }
    void finish() noexcept override;

    std::int64_t affected_rows() const override { return affected_rows_; }
    std::optional<std::int64_t> last_insert_id() const override { return last_insert_id_; }
    bool reads_only() const override { return false; }
    bool shares_connection() const override { return by_cursor_; }

private:
    struct Closer {
        MysqlConnection* connection;
        void operator()(MYSQL_STMT* statement) const noexcept { connection->close(statement); }
    };

    void run(std::span<const ValueView> values, Delivery delivery);
    void ask_for_cursor(std::size_t batch);
    void read_outcome();

    // mysql_batch.cpp
    std::size_t rows_alike(std::span<const ValueView> values, std::size_t rows);
    bool execute_array(std::span<const ValueView> values, std::size_t rows, Batch& batch);
    void run_array(std::span<const ValueView> values, std::size_t rows);
    void execute_singly(std::span<const ValueView> values, std::size_t rows, std::size_t first, Batch& batch);

    void receive_rows(bool streaming);

    MysqlConnection& connection_;
    std::unique_ptr<MYSQL_STMT, Closer> native_;
    const bool changes_rows_;  ///< so that rows of its result are rows that it has changed
    const bool may_have_cursor_;
    bool takes_arrays_ = false;
    MysqlParameters parameters_;
    std::vector<ValueView::Kind> types_;  ///< of an array's columns
    MysqlColumns columns_;
    bool by_cursor_ = false;       ///< the last execution
    bool has_rows_ = false;        ///< more may come from fetch()
    bool holds_rows_ = false;      ///< the library has the whole result
    std::size_t stored_rows_ = 0;  ///< of which so many are left
    std::int64_t affected_rows_ = 0;
    std::optional<std::int64_t> last_insert_id_{};
};

}  // namespace sociable::dialect
