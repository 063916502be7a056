#pragma once

#include "engine/all_or_none.hpp"
#include "engine/connection_state.hpp"
#include "engine/row_batch.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sociable::detail {

/// One statement executed for many rows, which are gathered to as many as the database likes at once.
class ConnectionState::ManyRows {
public:
    ManyRows(ConnectionState& connection, pool::StatementCache::Lease statement, RowBatch batch)
        : connection_(connection),
          batch_(std::move(batch)),
          statement_(std::move(statement)),
          sql_(statement_->text),
          rows_at_once_(statement_->statement->batch_rows()) {}
    /// All rows or none. `target`, if there is one, is where the statement inserts them: the fastest way into it is
    /// taken as far as it goes, and the statement for the rest.
    ManyRows(ConnectionState& connection, pool::StatementCache::Lease statement, RowBatch batch,
             std::optional<dialect::InsertTarget> target)
        : ManyRows(connection, std::move(statement), std::move(batch)) {
        inserts_ = true;
        rows_at_once_ = worth_gathering(statement_->sql.parameters.size());
        target_ = std::move(target);
    }
    /// How many rows were affected.
    std::int64_t run();
    /// As run(), and gives the rows that came, in the order of those that were sent. `columns` are the result's when
    /// none was sent.
    std::shared_ptr<ResultState> run_returning(std::vector<std::string> columns);

private:
    static std::size_t worth_gathering(std::size_t columns) noexcept;
    bool gather();
    void send();
    void begin();
    std::size_t send_in_bulk();
    void send_rest(std::size_t first);
    [[noreturn]] void fail(const DatabaseError& error, std::size_t first, const dialect::Batch& failed);

    ConnectionState& connection_;
    RowBatch batch_;
    pool::StatementCache::Lease statement_;
    const std::string sql_;
    std::size_t rows_at_once_;
    bool inserts_ = false;
    std::optional<dialect::InsertTarget> target_;
    std::optional<AllOrNone> all_or_none_;
    dialect::ReadRows read_;
    std::int64_t affected_rows_ = 0;
};

}  // namespace sociable::detail
