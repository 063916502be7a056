#pragma once

#include <string_view>

namespace sociable::monitor {

/// src/monitor/page.html
std::string_view page() noexcept;

}  // namespace sociable::monitor
