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
        : connection_(connection), batch_(std::move(batch)), statement_(std::move(statement)), sql_(statement_->text) {}
    /// All rows or none, by `bulk`, if there is one, as far as it can, and else by the statement.
    ManyRows(ConnectionState& connection, pool::StatementCache::Lease statement, RowBatch batch,
             std::unique_ptr<dialect::BulkInsert> bulk)
        : ManyRows(connection, std::move(statement), std::move(batch)) {
        all_or_none_wanted_ = batch_.total() > 1;
        bulk_ = std::move(bulk);
    }
    /// How many rows were affected.
    std::int64_t run();
    /// As run(), and gives the rows that came, in the order of those that were sent. `columns` are the result's when
    /// none was sent.
    std::shared_ptr<ResultState> run_returning(std::vector<std::string> columns);

private:
    bool gather();
    void send();
    std::size_t send_in_bulk();
    [[noreturn]] void fail(const DatabaseError& error, std::size_t first, std::optional<std::size_t> row);

    ConnectionState& connection_;
    RowBatch batch_;
    pool::StatementCache::Lease statement_;
    const std::string sql_;
    std::unique_ptr<dialect::BulkInsert> bulk_;
    bool all_or_none_wanted_ = false;
    std::optional<AllOrNone> all_or_none_;
    dialect::ReadRows read_;
    std::int64_t affected_rows_ = 0;
};

}  // namespace sociable::detail
