#pragma once

#include "dialect/postgresql_link.hpp"

#include <sociable/types/value_view.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace sociable::dialect {

/// The current row of a result in text format. Columns keep their memory from result to result.
class PostgresqlRow {
public:
    /// Stands before the first row of `result`, which may be null, and reads its columns.
    void begin(PostgresqlResult result);
    /// Stands before the first row of a further result with the same columns, or of none.
    void continue_with(PostgresqlResult result) noexcept;
    /// False when there is no next row.
    bool next() noexcept;

    const std::vector<std::string>& names() const noexcept { return names_; }
    /// @throws DataError for a number that can't be read
    ValueView cell(std::size_t column);

private:
    PostgresqlResult result_;
    int row_ = -1;
    int rows_ = 0;
    std::vector<std::string> names_;
    std::vector<Oid> types_;
    std::vector<std::string> bytes_;  ///< of bytea columns, decoded
};

}  // namespace sociable::dialect
