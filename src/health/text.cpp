#include "health/text.hpp"

#include <array>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace sociable::health {

std::string text(double number) {
    if (std::isinf(number)) return "without end";
    std::ostringstream out;
    out << std::setprecision(std::abs(number) < 1000 ? 3 : 15);
    out << (std::abs(number) < 1000 ? number : std::round(number));
    return out.str();
}

std::string text(std::chrono::duration<double> time) {
    const double seconds = time.count();
    if (seconds == 0) return "0 s";
    if (std::isinf(seconds)) return text(seconds);
    if (seconds < 1e-6) return text(seconds * 1e9) + " ns";
    if (seconds < 1e-3) return text(seconds * 1e6) + " us";
    if (seconds < 1) return text(seconds * 1e3) + " ms";
    if (seconds < 120) return text(seconds) + " s";
    if (seconds < 7200) return text(seconds / 60) + " min";
    return text(seconds / 3600) + " h";
}

std::string percent(double share) {
    if (share > 0 && share < 0.001) return "< 0.1 %";
    return text(share * 100) + " %";
}

std::string bytes(std::int64_t count) {
    constexpr std::array units{" B", " KiB", " MiB", " GiB", " TiB"};
    double number = static_cast<double>(count);
    std::size_t unit = 0;
    while (std::abs(number) >= 1024 && unit + 1 < units.size()) {
        number /= 1024;
        ++unit;
    }
    return text(number) + units[unit];
}

std::string count_of(std::int64_t count, std::string_view what) {
    return std::to_string(count) + ' ' + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace sociable::health
