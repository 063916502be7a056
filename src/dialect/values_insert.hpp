#pragma once

#include "dialect/driver.hpp"

#include <memory>
#include <string>

namespace sociable::dialect {

/// Inserts many rows by one statement, INSERT ... VALUES (?, ...), (?, ...), ...: for databases with ? as placeholder.
class ValuesInsert final : public BulkInsert {
public:
    /// `driver` outlives it. `rows` by one statement, whose data have at most `max_size` bytes; what is left over at
    /// the end goes by INSERT.
    ValuesInsert(Driver& driver, InsertTarget target, std::size_t rows, std::size_t max_size);

    std::size_t batch_rows() const override { return rows_ * 2; }
    std::size_t insert(std::span<const ValueView> values, std::size_t rows, const ReadRows& read) override;

private:
    Driver& driver_;
    const InsertTarget target_;
    const std::size_t columns_;
    const std::size_t rows_;
    const std::size_t max_size_;
    std::unique_ptr<Statement> statement_;
};

}  // namespace sociable::dialect
