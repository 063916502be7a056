#include "engine/parameter_order.hpp"

#include <sociable/errors/error.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace sociable::detail {

namespace {

bool is_among(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// The usual reason for a value that is missing is one that was given under another name.
std::string given_in_vain(const std::vector<std::string>& names, Parameters parameters) {
    std::string text;
    bool colon = false;
    for (const Parameter& p : parameters) {
        if (is_among(names, p.name)) continue;
        text.append(text.empty() ? " (values that it has no parameter for: '" : ", '").append(p.name) += '\'';
        colon = colon || p.name.starts_with(':');
    }
    if (text.empty()) return text;
    return text + (colon ? "; write the name without the colon)" : ")");
}

[[noreturn]] void refuse_spare(const std::vector<std::string>& names, const std::string& in_statement,
                               Parameters parameters) {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const std::string name(parameters[i].name);
        if (!is_among(names, name))
            throw ArgumentError(
                "the statement has no parameter " +
                (name.starts_with(':') ? "'" + name + "'; write the name without the colon" : ":" + name) +
                in_statement);
        for (std::size_t j = 0; j < i; ++j)
            if (parameters[j].name == name)
                throw ArgumentError("the parameter :" + name + " has two values" + in_statement);
    }
    throw ArgumentError("the statement has other parameters" + in_statement);
}

}  // namespace

void order_parameters(const std::vector<std::string>& names, std::string_view statement, Parameters parameters,
                      bool spare_ignored, std::span<std::size_t> positions) {
    const auto in_statement = [&] { return ", in: " + std::string(statement); };
    std::size_t used = 0;
    for (auto name = names.begin(); name != names.end(); ++name) {
        const auto found =
            std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& p) { return p.name == *name; });
        if (found == parameters.end())
            throw ArgumentError("the parameter :" + *name + " has no value" + given_in_vain(names, parameters) +
                                in_statement());
        positions[static_cast<std::size_t>(name - names.begin())] =
            static_cast<std::size_t>(found - parameters.begin());
        if (std::find(names.begin(), name, *name) == name) ++used;
    }
    if (!spare_ignored && used != parameters.size()) refuse_spare(names, in_statement(), parameters);
}

}  // namespace sociable::detail
