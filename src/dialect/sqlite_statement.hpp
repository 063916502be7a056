#pragma once

#include "dialect/sqlite_sql.hpp"
#include "dialect/statement.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sociable::dialect {

/// A statement that only reads is stepped as its rows are fetched. One that writes is run to its end by execute(), and
/// the rows of its RETURNING are kept: SQLite has not finished the write before the last step.
class SqliteStatement final : public Statement {
public:
    /// @throws ArgumentError when the text is not one statement with as many parameters; DatabaseError
    SqliteStatement(::sqlite3* db, const std::string& sql, std::size_t parameters);

    void execute(std::span<const ValueView> values, Delivery delivery) override;
    /// Gains: what the connection checks before it sends rows, once for so many.
    std::size_t batch_rows() const override { return 100; }
    const std::vector<std::string>& columns() const override { return columns_; }
    bool fetch() override;
    ValueView cell(std::size_t column) override;
    void finish() noexcept override;
    std::int64_t affected_rows() const override { return affected_rows_; }
    std::optional<std::int64_t> last_insert_id() const override { return last_insert_id_; }
    bool reads_only() const override { return reads_only_; }

private:
    enum class Position { done, before_row, on_row };

    void reset() noexcept;
    void bind(std::span<const ValueView> values);
    void write();
    bool step();
    void keep_row();
    void read_columns();

    ::sqlite3* db_;
    SqliteHandle handle_;
    bool reads_only_;
    bool asks_last_id_;
    std::vector<std::string> columns_;
    int preparations_ = -1;

    Position position_ = Position::done;
    bool used_ = false;  ///< since it was reset, which is not to be done again at each end of a result
    std::deque<std::vector<ValueView>> rows_;  // of a statement that writes; the front is the next or current one
    std::deque<std::string> texts_;            // what the views in rows_ refer to
    std::int64_t affected_rows_ = 0;
    std::optional<std::int64_t> last_insert_id_;
};

}  // namespace sociable::dialect
