#pragma once

#include "dialect/statement.hpp"

#include <sociable/errors/database_error.hpp>
#include <sociable/types/value_view.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace sociable::dialect {

class Driver;

/// Where rows are inserted.
struct InsertTarget {
    std::string table;                 ///< in quotes
    std::vector<std::string> columns;  ///< their names, without quotes
    std::string columns_sql;           ///< in quotes, divided by commas
    std::string returning_sql{};       ///< the same of the columns to give back; empty: none
};

/// A way to insert rows that is faster than a statement for each. Gone before its connection.
class BulkInsert {
public:
    virtual ~BulkInsert() = default;

    /// Inserts rows, whose values come one row after the other, inside the transaction that is open. Returns how many
    /// of them it has dealt with, from the front. The others it has left alone, because they must go by INSERT one by
    /// one: that does something else with one of them, or tells which one is wrong and why.
    /// What the rows give back, `batch.read` is given in the order of the rows.
    /// @throws DatabaseError for what no row is to blame for, or when rows stay in the table that would be tried again
    virtual std::size_t insert(std::span<const ValueView> values, std::size_t rows, Batch& batch) = 0;
};

/// Whether the error of a statement that inserted several rows may be that of one row, which another try will find.
bool may_be_of_row(const DatabaseErrorInfo& error) noexcept;

/// Runs what inserts several rows inside a savepoint. False when it failed and has left nothing behind, so that the
/// rows can be tried one by one. @throws DatabaseError when that would be of no use, or would try rows that stay
bool insert_or_undo(Driver& driver, const std::function<void()>& insert);

}  // namespace sociable::dialect
