#pragma once

#include "dialect/bulk_insert.hpp"
#include "dialect/postgresql_link.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sociable::dialect {

/// Inserts by COPY FROM STDIN, where that does the same as INSERT: into a plain table without rules or row security,
/// and with values of which COPY makes the same as a bound parameter would become.
///
/// Each batch has a savepoint of its own. When COPY refuses a row, it is rolled back, and the batch is left to INSERT:
/// that says which row it is, in whatever language, also where a trigger or a foreign key refuses it, of which COPY
/// tells no line.
class PostgresqlCopy final : public BulkInsert {
public:
    /// `link` outlives it.
    PostgresqlCopy(PostgresqlLink& link, InsertTarget target);

    std::size_t batch_rows() const override { return 8192; }
    std::size_t insert(std::span<const ValueView> values, std::size_t rows, const ReadRows& read) override;

private:
    void read_types();
    bool takes(std::span<const ValueView> values) const;
    void copy(std::span<const ValueView> values);
    void append_rows(std::span<const ValueView> values);
    void put();
    void end(const char* error);

    PostgresqlLink& link_;
    const InsertTarget target_;
    /// Of the columns; empty when the table or one of them is not for COPY.
    std::optional<std::vector<Oid>> types_;
    std::string text_;
};

/// From so many rows on it is worth the round trips.
inline constexpr std::size_t postgresql_copy_rows = 100;

}  // namespace sociable::dialect
