#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace sociable::tool {

std::string to_text(double number) {
    if (std::isinf(number)) return "without end";
    const int digits_before = number < 1e-9 ? 1 : static_cast<int>(std::floor(std::log10(number))) + 1;
    std::ostringstream out;
    out << std::fixed << std::setprecision(std::clamp(3 - digits_before, 0, 9)) << number;
    std::string text = out.str();
    if (text.find('.') != text.npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') text.pop_back();
    }
    return text;
}

std::string percent(double share) {
    if (share > 0 && share < 0.0005) return "< 0.1 %";
    return to_text(std::round(share * 1000) / 10) + " %";
}

std::string to_text(Seconds time) {
    const double seconds = time.count();
    if (seconds == 0) return "0 ms";
    if (std::isinf(seconds)) return to_text(seconds);
    if (seconds < 1e-3) return to_text(seconds * 1e6) + " us";
    if (seconds < 1) return to_text(seconds * 1e3) + " ms";
    return to_text(seconds) + " s";
}

}  // namespace sociable::tool
