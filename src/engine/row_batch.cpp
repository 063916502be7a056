#include "engine/row_batch.hpp"

#include <sociable/errors/database_error.hpp>

#include <algorithm>
#include <string>

namespace sociable::detail {

Parameters RowBatch::peek() {
    load();
    return parameters_;
}

bool RowBatch::add() {
    const std::size_t row = first_row_ + rows_;
    if (row == source_.count) return false;
    try {
        take();
    } catch (const ArgumentError& error) {
        throw ArgumentError("row " + std::to_string(row) + ": " + error.what());
    } catch (const DatabaseError& error) {  // of a value that its type can't tell the database
        DatabaseErrorInfo info = error.info();
        info.message = "row " + std::to_string(row) + ": " + info.message;
        raise(std::move(info));
    }
    return true;
}

void RowBatch::clear() noexcept {
    first_row_ += rows_;
    rows_ = 0;
    values_.clear();
}

void RowBatch::load() {
    if (loaded_) return;
    parameters_.clear();
    source_.append_next(parameters_);
    loaded_ = true;
}

bool RowBatch::has_same_names() const noexcept {
    if (!ordered_ || source_.spare_ignored) return ordered_;  // those of structs are the same in each row
    return std::equal(parameters_.begin(), parameters_.end(), names_.begin(), names_.end(),
                      [](const Parameter& p, std::string_view name) { return p.name == name; });
}

void RowBatch::take() {
    load();
    if (!has_same_names()) {
        std::vector<std::size_t> positions;  // the rows before keep theirs when it throws
        order_(parameters_, positions);
        positions_ = std::move(positions);
        names_.clear();
        for (const Parameter& p : parameters_) names_.push_back(p.name);
        ordered_ = true;
    }
    for (const std::size_t position : positions_) values_.push_back(parameters_[position].value);
    loaded_ = false;
    ++rows_;
}

}  // namespace sociable::detail
