#pragma once

#include "dialect/statement.hpp"

#include <sociable/errors/database_error.hpp>
#include <sociable/types/value_view.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace sociable::dialect {

/// Where rows are inserted.
struct InsertTarget {
    std::string table;                 ///< in quotes
    std::vector<std::string> columns;  ///< their names, without quotes
    std::string columns_sql;           ///< in quotes, divided by commas
    std::string returning_sql{};       ///< the same of the columns to give back; empty: none
};

/// A way to insert rows that is faster than a statement for each.
class BulkInsert {
public:
    virtual ~BulkInsert() = default;

    /// How many rows it is worth to gather for insert().
    virtual std::size_t batch_rows() const = 0;
    /// Inserts rows, whose values come one row after the other, inside the transaction that is open. Returns how many
    /// it has inserted, from the front. The others it has left alone, because they must go by INSERT one by one: that
    /// does something else with one of them, or tells which one is wrong and why.
    /// What it is to give back, `read` is given in the order of the rows.
    /// @throws DatabaseError for what no row is to blame for
    virtual std::size_t insert(std::span<const ValueView> values, std::size_t rows, const ReadRows& read) = 0;
};

/// Whether the error of a statement that inserted several rows may be that of one row, which another try will find.
inline bool may_be_of_row(const DatabaseErrorInfo& error) noexcept {
    constexpr const char* raised_by_trigger = "45000";
    if (error.is_disconnect || error.is_retryable) return false;
    return error.kind != ErrorKind::operational || error.sqlstate == raised_by_trigger;
}

}  // namespace sociable::dialect
