#include "dialect/values_insert.hpp"

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

ValuesInsert::ValuesInsert(Driver& driver, const InsertTarget& target, std::size_t rows, std::size_t max_size)
    : driver_(driver),
      columns_(target.columns.size()),
      rows_(rows),
      max_size_(max_size),
      sql_("INSERT INTO " + target.table + " (" + target.columns_sql + ")" + values_clause(columns_, rows_) +
           (target.returning_sql.empty() ? "" : " RETURNING " + target.returning_sql)) {}

std::size_t ValuesInsert::insert(std::span<const ValueView> values, std::size_t rows, Batch& batch) {
    const auto insert_group = [&](std::span<const ValueView> group) {
        if (!statement_) statement_ = driver_.prepare(sql_, group.size());
        statement_->execute(group, false);
        driver_.refuse_changed_values();
        batch.affected_rows += statement_->affected_rows();
        if (!batch.read) return;
        batch.read(*statement_);
        statement_->finish();
    };
    std::size_t done = 0;
    for (; done + rows_ <= rows; done += rows_) {
        const auto group = values.subspan(done * columns_, rows_ * columns_);
        if (size_of(group) > max_size_ || !insert_or_undo(driver_, [&] { insert_group(group); })) break;
    }
    return done;
}

}  // namespace sociable::dialect
