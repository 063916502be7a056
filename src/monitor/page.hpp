#pragma once

#include <string_view>

namespace sociable::monitor {

/// What is in src/monitor/page, as one file.
std::string_view page() noexcept;

}  // namespace sociable::monitor
