#pragma once

#include <sociable/monitor/monitor_handler.hpp>

#include <string>
#include <string_view>

namespace sociable::monitor {

/// The status line and the headers, with the length of the body, whether that follows or not.
std::string head_of(const MonitorResponse& response, bool keep_alive);

/// {"error":"..."}; the text holds nothing that JSON escapes.
MonitorResponse error_response(int status, std::string_view text);

}  // namespace sociable::monitor
