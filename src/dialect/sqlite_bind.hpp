#pragma once

#include <sociable/types/value_view.hpp>

struct sqlite3_stmt;

namespace sociable::dialect {

/// Binds `value` to a parameter, counted from 1. `copy`: texts and blobs are copied; otherwise they must stay where
/// they are until the binding is cleared.
/// @throws DataError for a value that SQLite can't hold; DatabaseError
void bind_sqlite(::sqlite3_stmt* statement, int parameter, const ValueView& value, bool copy);

/// A column, counted from 0, of the row that the statement stands on. Valid until the next step.
ValueView sqlite_column(::sqlite3_stmt* statement, int column);

}  // namespace sociable::dialect
