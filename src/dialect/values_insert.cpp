#include "dialect/values_insert.hpp"

#include <utility>

namespace sociable::dialect {

namespace {

std::string values_clause(std::size_t columns, std::size_t rows) {
    std::string row = "(";
    for (std::size_t i = 0; i < columns; ++i) row += i == 0 ? "?" : ", ?";
    row += ')';
    std::string clause = " VALUES ";
    for (std::size_t i = 0; i < rows; ++i) clause.append(i == 0 ? "" : ", ").append(row);
    return clause;
}

}  // namespace

ValuesInsert::ValuesInsert(Driver& driver, InsertTarget target, std::size_t rows)
    : driver_(driver), target_(std::move(target)), columns_(target_.columns.size()), rows_(rows) {}

std::size_t ValuesInsert::insert(std::span<const ValueView> values, std::size_t rows) {
    if (!statement_) {
        const std::string insert = "INSERT INTO " + target_.table + " (" + target_.columns_sql + ")";
        statement_ = driver_.prepare(insert + values_clause(columns_, rows_), columns_ * rows_);
    }
    std::size_t done = 0;
    try {
        for (; done + rows_ <= rows; done += rows_)
            statement_->execute(values.subspan(done * columns_, rows_ * columns_), false);
    } catch (const DatabaseError& error) {
        // SQLite may have rolled the transaction back, by ON CONFLICT ROLLBACK.
        if (!may_be_of_row(error.info()) || driver_.transaction_state() != TransactionState::active) throw;
    }
    return done;
}

}  // namespace sociable::dialect
