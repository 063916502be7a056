#pragma once

#include <sociable/types/value_view.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sociable::dialect {

/// How a statement's rows come: all at once, or as fetch() asks for them.
struct Delivery {
    // Implicit, since it is little more than a bool.
    constexpr Delivery(bool streamed, std::size_t rows = 0) noexcept : streaming(streamed), batch(rows) {}

    bool streaming;
    std::size_t batch;  ///< see StreamOptions::yield_per
};

class Statement;

/// Reads what a statement gives, before the statement is executed again.
using ReadRows = std::function<void(Statement&)>;

/// What is to become of a statement's executions for many rows, and what has.
struct Batch {
    /// Is called after each execution, to read what the statement gives; without it that is dropped.
    ReadRows read{};
    std::int64_t affected_rows = 0;
    /// Once an error was thrown: the row that has met it, where that is known.
    std::optional<std::size_t> failed_row{};
    bool blames_row = true;  ///< else any row would have met it
};

/// A prepared statement of one connection, to be executed again and again. Order of calls:
/// execute, then fetch and cell until fetch returns false or the rest is not wanted, finish, execute, ...
///
/// Every error is thrown as a DatabaseError without its `statement`.
class Statement {
public:
    virtual ~Statement() = default;

    /// Runs with the values in the order of the placeholders. When it returns, the database has accepted and done the
    /// whole statement, and errors have been thrown; but when streaming, rows are made and received as fetch() asks for
    /// them, and errors may come then. Otherwise they all are here when execute() returns, and the connection is free
    /// for other statements. SQLite may step on demand in both cases when the statement only reads.
    /// @throws DataError for a value that the database can't hold; nothing has been sent then
    virtual void execute(std::span<const ValueView> values, Delivery delivery) = 0;

    /// Executes for each of `rows` rows, whose values come one row after the other. Its effect is that of executing for
    /// one row after the other up to the first that fails.
    virtual void execute_many(std::span<const ValueView> values, std::size_t rows, Batch& batch);
    /// How many rows it is worth to gather for execute_many().
    virtual std::size_t batch_rows() const { return 1; }

    /// The names of the result's columns; empty when the statement gives no rows. Valid after execute().
    virtual const std::vector<std::string>& columns() const = 0;
    /// Moves to the next row. False when there is none.
    virtual bool fetch() = 0;
    /// How many rows fetch() is known to find still; 0 when it isn't known.
    virtual std::size_t rows_left() const { return 0; }
    /// A column of the current row; valid until the next fetch() or finish().
    virtual ValueView cell(std::size_t column) = 0;
    /// Drops what is left of the result, so that the connection is free. Also after an error, and when called twice.
    virtual void finish() noexcept = 0;

    /// True when a stream leaves the connection free for other statements, until the transaction ends.
    virtual bool shares_connection() const { return false; }
    /// Rows that an INSERT, UPDATE or DELETE has matched (on MariaDB also matched ones that did not change); 0 else.
    virtual std::int64_t affected_rows() const = 0;
    /// The key that the database generated for the last INSERT; nothing where the database can't tell (PostgreSQL).
    virtual std::optional<std::int64_t> last_insert_id() const = 0;
    /// True when the statement is known to change nothing; false when it isn't known.
    virtual bool reads_only() const = 0;
};

}  // namespace sociable::dialect
