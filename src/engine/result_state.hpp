#pragma once

#include "pool/statement_cache.hpp"

#include <sociable/engine/row.hpp>
#include <sociable/engine/row_codec.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sociable::detail {

class ConnectionState;

/// A result while it is read. It holds a statement of its connection until its last row. Before the connection does
/// anything else, detach() loads the rows that are left, unless they can stay on the server: then it is one of the
/// connection's open cursors, which end with the transaction.
class ResultState final : public RowSource {
public:
    /// Takes over a statement that has been executed.
    ResultState(ConnectionState& connection, pool::StatementCache::Lease statement, bool streaming);
    /// Of rows that were copied already.
    ResultState(std::shared_ptr<const std::vector<std::string>> columns, std::vector<Row> rows,
                std::int64_t affected_rows) noexcept;
    ResultState(const ResultState&) = delete;
    ResultState& operator=(const ResultState&) = delete;
    ~ResultState();

    bool next() override;
    ValueView cell(std::size_t column) override;
    const std::vector<std::string>& columns() const override { return *columns_; }
    std::size_t row_number() const override { return row_number_; }
    std::size_t rows_left() const override {
        return statement_ && !streaming_ ? statement_->statement->rows_left() : loaded_.size() - next_loaded_;
    }

    std::int64_t affected_rows() const noexcept { return affected_rows_; }
    std::optional<std::int64_t> last_insert_id() const noexcept { return last_insert_id_; }
    /// The statement, while it is held.
    std::string sql() const { return statement_ ? statement_->text : std::string(); }
    bool is_stream() const noexcept { return streaming_; }
    /// Told by ConnectionState::last_id() of what has begun since: whether this was made inside of it.
    std::uint64_t made_in() const noexcept { return made_in_; }
    /// A copy of the current row.
    Row row();
    /// A copy of the row that the statement stands on.
    static Row copy_row(dialect::Statement& statement, std::shared_ptr<const std::vector<std::string>> columns);

    /// Loads what is left and lets the connection go.
    void detach();
    /// Drops what is left and lets the connection go.
    void finish() noexcept;
    /// What is left is gone: reading on is an error, which tells why.
    void end(const char* why) noexcept;

private:
    void let_go() noexcept;
    Row copy_row() { return copy_row(*statement_->statement, columns_); }

    ConnectionState* connection_;  ///< null when it has been let go
    pool::StatementCache::Lease statement_;
    const bool streaming_;
    const std::uint64_t made_in_;
    std::shared_ptr<const std::vector<std::string>> columns_;
    std::int64_t affected_rows_;
    std::optional<std::int64_t> last_insert_id_;

    std::vector<Row> loaded_;  ///< no std::deque, which allocates twice before it has any
    std::size_t next_loaded_ = 0;
    std::optional<Row> current_;  ///< when it comes from loaded_
    std::size_t row_number_ = 0;
    const char* ended_ = nullptr;  ///< why, once what was left is gone
};

}  // namespace sociable::detail
