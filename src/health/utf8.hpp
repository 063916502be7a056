#pragma once

#include <string>
#include <string_view>

namespace sociable::health {

/// The text, with U+FFFD in place of each byte that belongs to no UTF-8 character, and of NUL.
std::string valid_utf8(std::string_view text);

}  // namespace sociable::health
