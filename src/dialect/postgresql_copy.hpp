#pragma once

#include "dialect/postgresql_link.hpp"

#include <cstdint>
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
    /// `driver`, and its `link`, outlive it.
    PostgresqlCopy(Driver& driver, PostgresqlLink& link, InsertTarget target);

    std::size_t insert(std::span<const ValueView> values, std::size_t rows, Batch& batch) override;

private:
    void read_types();
    bool takes(std::span<const ValueView> values) const;
    std::int64_t copy(std::span<const ValueView> values);
    void append_rows(std::span<const ValueView> values);
    void put();
    PostgresqlResult end(const char* error);

    Driver& driver_;
    PostgresqlLink& link_;
    const InsertTarget target_;
    /// Of the columns; empty when the table or one of them is not for COPY.
    std::optional<std::vector<Oid>> types_;
    std::string text_;
};

/// Whether bytes below 128 are ASCII in every text that the client sends: COPY finds its separators by that.
bool has_ascii_bytes(PGconn* connection) noexcept;

}  // namespace sociable::dialect
