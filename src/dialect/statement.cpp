#include "dialect/statement.hpp"

namespace sociable::dialect {

void Statement::execute_many(std::span<const ValueView> values, std::size_t rows, Batch& batch) {
    if (rows == 0) return;
    const std::size_t width = values.size() / rows;
    for (std::size_t row = 0; row < rows; ++row) {
        batch.failed_row = row;
        execute(values.subspan(row * width, width), false);
        batch.affected_rows += affected_rows();
        if (batch.read) batch.read(*this);
        finish();
    }
    batch.failed_row.reset();
}

}  // namespace sociable::dialect
