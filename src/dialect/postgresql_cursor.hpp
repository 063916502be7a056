#pragma once

#include "dialect/postgresql_link.hpp"
#include "dialect/postgresql_parameters.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace sociable::dialect {

/// Whether DECLARE takes the statement, and a part of its rows has no other effect than all of them: a SELECT, VALUES
/// or TABLE, also behind WITH, that changes, locks and makes nothing. False as well where that is hard to tell.
bool is_for_cursor(std::string_view sql);

/// A cursor on the server, of the transaction that it was opened in: gives a result's rows in batches, and leaves the
/// connection free between them.
class PostgresqlCursor {
public:
    /// `link` outlives the cursor.
    explicit PostgresqlCursor(PostgresqlLink& link) noexcept : link_(link) {}

    /// Opens it for a statement. `batch` rows are fetched at a time; 0: what fits into about a quarter of a megabyte.
    /// @throws DatabaseError
    void open(const std::string& sql, const PostgresqlParameters& parameters, std::size_t batch);
    bool is_open() const noexcept { return !name_.empty(); }
    /// The next rows, in text or in binary format; closes the cursor when they are the last. @throws DatabaseError, and
    /// isn't open any more
    PostgresqlResult fetch(bool binary);
    /// One round trip, but none when the transaction has failed or ended, with which the cursor goes.
    void close() noexcept;

private:
    void adapt_batch(const PGresult* rows);

    PostgresqlLink& link_;
    std::string name_;  ///< empty when it isn't open
    int batch_ = 0;
    bool adapts_ = false;
};

}  // namespace sociable::dialect
