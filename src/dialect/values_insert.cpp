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

std::size_t size_of(std::span<const ValueView> values) {
    constexpr std::size_t size_of_value = 16;
    std::size_t size = values.size() * size_of_value;
    for (const ValueView& value : values)
        if (value.kind() == ValueView::Kind::text || value.kind() == ValueView::Kind::blob)
            size += value.as_text().size();
    return size;
}

}  // namespace

ValuesInsert::ValuesInsert(Driver& driver, InsertTarget target, std::size_t rows, std::size_t max_size)
    : driver_(driver), target_(std::move(target)), columns_(target_.columns.size()), rows_(rows), max_size_(max_size) {}

std::size_t ValuesInsert::insert(std::span<const ValueView> values, std::size_t rows, const ReadRows& read) {
    if (!statement_) {
        const std::string insert = "INSERT INTO " + target_.table + " (" + target_.columns_sql + ")";
        const std::string returning = target_.returning_sql.empty() ? "" : " RETURNING " + target_.returning_sql;
        statement_ = driver_.prepare(insert + values_clause(columns_, rows_) + returning, columns_ * rows_);
    }
    std::size_t done = 0;
    try {
        for (; done + rows_ <= rows; done += rows_) {
            const auto group = values.subspan(done * columns_, rows_ * columns_);
            if (size_of(group) > max_size_) break;
            statement_->execute(group, false);
            if (read) read(*statement_);
            statement_->finish();
        }
    } catch (const DatabaseError& error) {
        // SQLite may have rolled the transaction back, by ON CONFLICT ROLLBACK.
        if (!may_be_of_row(error.info()) || driver_.transaction_state() != TransactionState::active) throw;
    }
    return done;
}

}  // namespace sociable::dialect
