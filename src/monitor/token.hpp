#pragma once

#include <cstddef>
#include <string_view>

namespace sociable::monitor {

/// Whether a header `Authorization` brings the token. How long it takes tells whether the lengths are the same, but not
/// how many characters are right, so that nobody can find the token out one by one.
inline bool brings_token(std::string_view authorization, std::string_view token) noexcept {
    constexpr std::string_view scheme = "bearer ";
    if (authorization.size() < scheme.size()) return false;
    for (std::size_t i = 0; i < scheme.size(); ++i) {
        const char c = authorization[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != scheme[i]) return false;
    }
    authorization.remove_prefix(scheme.size());
    volatile unsigned difference = authorization.size() == token.size() ? 0 : 1;  // kept from being cut short
    for (std::size_t i = 0; i < authorization.size(); ++i)
        difference = difference | static_cast<unsigned>(authorization[i] ^ token[i % token.size()]);
    return difference == 0;
}

}  // namespace sociable::monitor
