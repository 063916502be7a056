#pragma once

#include <sociable/health/workload.hpp>

#include <string>

namespace sociable::tool {

/// With at most three digits that say something, and never as a power of ten: "17", "0.5", "12.3".
std::string to_text(double number);
/// "3.7 %".
std::string percent(double share);
/// In the unit that reads best: "12.3 ms".
std::string to_text(Seconds time);

}  // namespace sociable::tool
