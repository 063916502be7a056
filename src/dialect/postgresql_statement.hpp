#pragma once

#include "dialect/postgresql_cursor.hpp"
#include "dialect/postgresql_link.hpp"
#include "dialect/postgresql_parameters.hpp"
#include "dialect/postgresql_row.hpp"
#include "dialect/statement.hpp"

#include <string>
#include <vector>

namespace sociable::dialect {

class PostgresqlPipeline;

/// A stream is read by a cursor on the server where it can be: in a transaction, and when the statement only reads.
/// Else libpq gives it row by row, and the connection is busy until the last one.
///
/// The first execution is one round trip with nothing kept on the server; the second one prepares, since a third is
/// likely then. Where the link keeps no statements, each execution and each pipeline parses anew.
class PostgresqlStatement final : public Statement {
public:
    /// `link` outlives the statement. @throws DataError for SQL with a NUL
    PostgresqlStatement(PostgresqlLink& link, std::string sql, std::size_t parameters);
    ~PostgresqlStatement() override;
    PostgresqlStatement(const PostgresqlStatement&) = delete;
    PostgresqlStatement& operator=(const PostgresqlStatement&) = delete;

    void execute(std::span<const ValueView> values, Delivery delivery) override;
    /// Rows that are to be changed inside a transaction are sent without waiting for the answers in between.
    void execute_many(std::span<const ValueView> values, std::size_t rows, Batch& batch) override;
    std::size_t batch_rows() const override;
    const std::vector<std::string>& columns() const override { return row_.names(); }
    bool fetch() override;
    std::size_t rows_left() const override { return row_.left(); }
    ValueView cell(std::size_t column) override { return row_.cell(column); }
    void finish() noexcept override;

    /// When streaming, known once fetch() has returned false.
    std::int64_t affected_rows() const override { return affected_; }
    std::optional<std::int64_t> last_insert_id() const override { return std::nullopt; }
    bool reads_only() const override { return false; }
    bool shares_connection() const override { return by_cursor_; }

private:
    static std::int64_t rows_changed(PGresult* result);
    /// The server has dropped the prepared statement, or a table has other columns than when it was prepared.
    static bool is_stale(const DatabaseErrorInfo& error);

    // postgresql_batch.cpp
    void execute_rows(std::span<const ValueView> values, std::size_t rows, Batch& batch);
    void run_pipeline(std::span<const ValueView> values, std::size_t first, std::size_t rows, Batch& batch);
    void send_row(PostgresqlPipeline& pipeline, std::span<const ValueView> values, bool is_parsed);
    void receive_row(PostgresqlPipeline& pipeline, std::size_t row, Batch& batch);
    PostgresqlResult receive_answer(PostgresqlPipeline& pipeline);

    void run(bool streaming);
    void open_cursor(std::size_t batch);
    void send();
    void send_prepared();
    void send_parsed();
    void prepare();
    void forget_prepared() noexcept;
    bool is_prepared() noexcept;
    void receive(bool streaming);
    void begin(PostgresqlResult result);
    PostgresqlResult next_streamed();
    void note_end(const PostgresqlResult& result);

    PostgresqlLink& link_;
    const std::string sql_;
    const std::size_t parameter_count_;
    const bool selects_;  ///< cutting it short undoes nothing
    const bool has_fixed_columns_;
    const bool is_for_cursor_;

    PostgresqlParameters parameters_;
    bool executed_ = false;
    std::string name_;  ///< on the server; empty when it isn't prepared there, but for the time of a pipeline
    std::vector<Oid> prepared_types_;
    bool sent_prepared_ = false;
    bool binary_ = false;               ///< can be asked for of the prepared one, as its last execution has shown
    unsigned long prepared_after_ = 0;  ///< how many changes of the schema

    PostgresqlCursor cursor_;
    bool by_cursor_ = false;  ///< the last execution, even when the cursor has been closed
    PostgresqlRow row_;
    bool streaming_ = false;  ///< and there may be more to receive
    bool may_cancel_ = false;
    std::int64_t affected_ = 0;
};

}  // namespace sociable::dialect
