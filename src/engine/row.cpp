#include <sociable/engine/row.hpp>

#include <sociable/engine/row_codec.hpp>
#include <sociable/errors/error.hpp>

#include <algorithm>

namespace sociable {

namespace {

std::string list(const std::vector<std::string>& columns) {
    std::string text;
    for (const std::string& column : columns) text += (text.empty() ? "" : ", ") + column;
    return text;
}

}  // namespace

ValueView Row::operator[](std::size_t column) const {
    if (column >= size())
        throw NoSuchColumnError("no column " + std::to_string(column) + "; the row has " + std::to_string(size()));
    return cells_->values[column];
}

std::size_t Row::index_of(std::string_view column) const { return detail::require_column(*columns_, column); }

namespace detail {

std::size_t require_column(const std::vector<std::string>& columns, std::string_view name) {
    const auto found = std::find(columns.begin(), columns.end(), name);
    if (found == columns.end())
        throw NoSuchColumnError("no column '" + std::string(name) + "'; the statement gave " + list(columns));
    if (std::find(found + 1, columns.end(), name) != columns.end())
        throw NoSuchColumnError("column '" + std::string(name) + "' is there more than once: " + list(columns));
    return static_cast<std::size_t>(found - columns.begin());
}

void require_columns(const std::vector<std::string>& columns, std::size_t wanted) {
    if (columns.size() != wanted)
        throw InvalidRequestError("the statement gave " + std::to_string(columns.size()) + " columns (" +
                                  list(columns) + "), and " + std::to_string(wanted) + " were asked for");
}

void rethrow_with_place(const DataError& error, std::string_view column, std::size_t row) {
    DatabaseErrorInfo info = error.info();
    info.message =
        "column '" + std::string(column) + '\'' + (row ? " of row " + std::to_string(row) : "") + ": " + info.message;
    raise(std::move(info));
}

}  // namespace detail

}  // namespace sociable
