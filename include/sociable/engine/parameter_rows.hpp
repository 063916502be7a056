#pragma once

#include <sociable/engine/described.hpp>
#include <sociable/engine/parameter.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

namespace sociable::detail {

template <class T>
concept RangeOfParameters = std::ranges::forward_range<const T> && requires(const T& range) {
    { *std::ranges::begin(range) } -> std::convertible_to<const Parameter&>;
};

/// Rows of values, of whatever type they were given as. They refer to what they were made of, which stays.
struct ParameterRows {
    std::size_t count = 0;
    /// Appends the parameters of the next row; called once for each.
    std::function<void(std::vector<Parameter>& parameters)> append_next;
    bool spare_ignored = false;  ///< what the statement doesn't name: a struct may have more than is asked for
};

/// A row is a described struct, or a range of Parameter.
template <std::ranges::forward_range Rows>
ParameterRows parameter_rows(Rows& rows) {
    using T = std::ranges::range_value_t<Rows>;
    constexpr bool fits = Described<T> || RangeOfParameters<T>;
    static_assert(fits,
                  "sociable: a row of values is a struct described by BOOST_DESCRIBE_STRUCT, or a range of "
                  "sociable::Parameter");
    if constexpr (!fits) {
        std::terminate();
    } else if constexpr (!std::is_reference_v<std::ranges::range_reference_t<Rows>>) {
        // Each row goes when the next is made, but is needed until they have been sent.
        auto kept = std::make_shared<std::vector<T>>();
        for (auto&& row : rows) kept->push_back(std::forward<decltype(row)>(row));
        ParameterRows result = parameter_rows(*kept);
        result.append_next = [kept, append = std::move(result.append_next)](auto& parameters) { append(parameters); };
        return result;
    } else {
        return {.count = static_cast<std::size_t>(std::ranges::distance(rows)),
                .append_next =
                    [row = std::ranges::begin(rows)](std::vector<Parameter>& parameters) mutable {
                        if constexpr (Described<T>)
                            append_parameters(*row, parameters);
                        else
                            parameters.insert(parameters.end(), std::ranges::begin(*row), std::ranges::end(*row));
                        ++row;
                    },
                .spare_ignored = Described<T>};
    }
}

}  // namespace sociable::detail
