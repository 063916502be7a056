#pragma once

#include <sociable/types/codec.hpp>

#include <string_view>

namespace sociable {

/// A named value of a statement: `{"name", user.name}` for `:name`. It refers to the name and the value, and is meant
/// to be written in the call; one that is kept must not outlive them.
struct Parameter {
    std::string_view name;
    ValueView value;

    template <class T>
    Parameter(std::string_view parameter_name, const T& parameter_value)
        : name(parameter_name), value(detail::encode(parameter_value)) {}
    Parameter(std::string_view parameter_name, ValueView parameter_value) noexcept
        : name(parameter_name), value(parameter_value) {}
};

}  // namespace sociable
