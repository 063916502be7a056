#include "dialect/choices.hpp"

#include <sociable/dialect/isolation_level.hpp>
#include <sociable/errors/error.hpp>

#include <algorithm>
#include <array>

namespace sociable {

namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, 5> names{"READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE",
                                                "AUTOCOMMIT"};

std::string normalised(std::string_view text) {
    std::string result = dialect::lower_case(text);
    std::replace_if(
        result.begin(), result.end(), [](char c) { return c == '-' || c == '_'; }, ' ');
    return result;
}

}  // namespace

std::string_view to_string(IsolationLevel level) noexcept { return names[static_cast<std::size_t>(level)]; }

IsolationLevel parse_isolation_level(std::string_view text) {
    const std::string wanted = normalised(text);
    for (std::size_t i = 0; i < names.size(); ++i)
        if (wanted == dialect::lower_case(names[i])) return static_cast<IsolationLevel>(i);
    throw ArgumentError("unknown isolation level " + dialect::not_among(text, names));
}

}  // namespace sociable
