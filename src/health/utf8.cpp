#include "health/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace sociable::health {

namespace {

/// The length in bytes of the character that the text begins with; 0 when it begins with none.
std::size_t length_of_first(std::string_view text) noexcept {
    const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return first == 0 ? 0 : 1;
    const std::size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    // Longer than needed, halves of a surrogate pair, and beyond the last character.
    const std::uint8_t second = byte(1);
    const bool none = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
    return none ? 0 : length;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
    std::string valid;
    while (!text.empty()) {
        if (const std::size_t length = length_of_first(text); length > 0) {
            valid += text.substr(0, length);
            text.remove_prefix(length);
        } else {
            valid += "\xef\xbf\xbd";
            text.remove_prefix(1);
        }
    }
    return valid;
}

}  // namespace sociable::health
