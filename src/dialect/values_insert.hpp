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
    ValuesInsert(Driver& driver, const InsertTarget& target, std::size_t rows, std::size_t max_size);

    std::size_t insert(std::span<const ValueView> values, std::size_t rows, Batch& batch) override;

private:
    Driver& driver_;
    const std::size_t columns_;
    const std::size_t rows_;
    const std::size_t max_size_;
    const std::string sql_;
    std::unique_ptr<Statement> statement_;  ///< prepared when first needed, which takes as long as to insert its rows
};

}  // namespace sociable::dialect
