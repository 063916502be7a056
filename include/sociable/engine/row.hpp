#pragma once

#include <sociable/errors/database_error.hpp>
#include <sociable/types/codec.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sociable {

namespace detail {
class ResultState;

/// Throws the error again with the column's name and the row's number in its text.
[[noreturn]] void rethrow_with_place(const DataError& error, std::string_view column, std::size_t row);

}  // namespace detail

/// A row whose columns are asked for at run time, by name or by position. It owns its values; copies share them.
///
/// Thread safety: as a std::shared_ptr to something constant.
class Row {
public:
    std::size_t size() const noexcept { return cells_->values.size(); }
    const std::vector<std::string>& columns() const noexcept { return *columns_; }

    /// @throws NoSuchColumnError, DataError when T can't hold the value
    template <class T>
    T get(std::string_view column) const {
        return get<T>(index_of(column));
    }
    template <class T>
    T get(std::size_t column) const {
        try {
            return detail::decode<T>((*this)[column]);
        } catch (const DataError& error) {
            detail::rethrow_with_place(error, (*columns_)[column], 0);
        }
    }

    /// The value as the database gave it; it refers to this row. @throws NoSuchColumnError
    ValueView operator[](std::string_view column) const { return cells_->values[index_of(column)]; }
    ValueView operator[](std::size_t column) const;
    bool is_null(std::string_view column) const { return (*this)[column].is_null(); }

    Row(const Row&) = default;  // moving copies, so that no row is ever empty
    Row& operator=(const Row&) = default;

private:
    friend class detail::ResultState;
    struct Cells {
        std::vector<ValueView> values;
        std::unique_ptr<char[]> text;  ///< what the values refer to
    };

    Row() = default;
    std::size_t index_of(std::string_view column) const;

    std::shared_ptr<const std::vector<std::string>> columns_;
    std::shared_ptr<const Cells> cells_;
};

}  // namespace sociable
