#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace sociable::dialect {

/// "'given'; valid are a, b, c": the end of what an error says of a choice that doesn't exist.
inline std::string not_among(std::string_view given, std::span<const std::string_view> valid) {
    std::string text = "'";
    text.append(given).append("'; valid are ");
    for (std::size_t i = 0; i < valid.size(); ++i) {
        if (i != 0) text += ", ";
        text += valid[i];
    }
    return text;
}

/// ASCII only, whatever the locale.
inline std::string lower_case(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return result;
}

}  // namespace sociable::dialect
