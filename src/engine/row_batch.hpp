#pragma once

#include <sociable/engine/connection.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace sociable::detail {

/// Rows of values in the order that a statement wants them in, gathered to be sent together. Names are compared once
/// for all rows that have the same.
class RowBatch {
public:
    /// Finds the places of the wanted values among a row's parameters. @throws ArgumentError
    using Order = std::function<void(Parameters row, std::vector<std::size_t>& positions)>;

    explicit RowBatch(const ParameterRows& rows) : source_(rows) {}

    void set_order(Order order) { order_ = std::move(order); }
    /// The parameters of the row that add() is to take next, of which there must be one.
    Parameters peek();
    /// Takes the next row. False when there is none. @throws what is wrong with the row, told by its index
    bool add();
    void clear() noexcept;

    /// Gathered and yet to be gathered.
    std::size_t total() const noexcept { return source_.count; }
    std::size_t first_row() const noexcept { return first_row_; }
    std::size_t rows() const noexcept { return rows_; }
    /// One row after the other.
    std::span<const ValueView> values() const noexcept { return values_; }
    /// Of the rows from the `row`th gathered on.
    std::span<const ValueView> values_from(std::size_t row) const { return values().subspan(row * positions_.size()); }
    std::span<const ValueView> values_of(std::size_t row) const { return values_from(row).first(positions_.size()); }

private:
    void load();
    bool has_same_names() const noexcept;
    void take();

    const ParameterRows& source_;
    Order order_;
    std::vector<Parameter> parameters_;
    bool loaded_ = false;
    std::vector<std::string_view> names_;  ///< that `positions_` is for
    std::vector<std::size_t> positions_;
    bool ordered_ = false;
    std::size_t first_row_ = 0;
    std::size_t rows_ = 0;
    std::vector<ValueView> values_;
};

}  // namespace sociable::detail
