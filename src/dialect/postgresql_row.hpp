#pragma once

#include "dialect/postgresql_link.hpp"

#include <sociable/types/value_view.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sociable::dialect {

/// The current row of a result, in text or in binary format. Columns keep their memory from result to result.
class PostgresqlRow {
public:
    /// Stands before the first row of `result`, which may be null, and reads its columns.
    void begin(PostgresqlResult result);
    /// Stands before the first row of a further result with the same columns, in either format, or of none.
    void continue_with(PostgresqlResult result) noexcept;
    /// False when there is no next row.
    bool next() noexcept;

    /// How many there are after the current one.
    std::size_t left() const noexcept { return static_cast<std::size_t>(rows_ - row_ - 1); }

    const std::vector<std::string>& names() const noexcept { return names_; }
    /// Whether all columns are of types that are the same value in both formats, and can be asked for in binary, which
    /// takes half the time to read numbers.
    bool fits_binary() const noexcept;
    /// @throws DataError for a number that can't be read
    ValueView cell(std::size_t column);

private:
    /// Not inline, so that the numbers of a binary result don't pay for the registers it needs: a quarter of their
    /// time.
    [[gnu::noinline]] ValueView from_text(std::size_t column, std::string_view text);

    PostgresqlResult result_;
    int row_ = -1;
    int rows_ = 0;
    bool binary_ = false;
    std::vector<std::string> names_;
    std::vector<Oid> types_;
    std::vector<std::string> bytes_;  ///< of bytea columns in text format, decoded
};

}  // namespace sociable::dialect
