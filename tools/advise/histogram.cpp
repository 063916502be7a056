#include "histogram.hpp"

#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <vector>

namespace sociable::tool {

namespace {

constexpr int most_rows = 12;
constexpr double longest_bar = 50;

/// 1, 2 or 5 times a power of ten, and no less than `width`.
double round_width(double width) {
    const double power = std::pow(10, std::floor(std::log10(width)));
    for (const double factor : {1, 2, 5})
        if (factor * power >= width) return factor * power;
    return 10 * power;
}

}  // namespace

std::string histogram(const SimulatedWaits& waits) {
    const auto& sorted = waits.sorted();
    const auto first = std::upper_bound(sorted.begin(), sorted.end(), 0.0);
    std::ostringstream out;
    const auto row = [&](const std::string& label, double count, double bar) {
        out << "  " << std::left << std::setw(14) << label << std::right << std::setw(9)
            << percent(count / static_cast<double>(sorted.size())) << "  "
            << std::string(static_cast<std::size_t>(std::ceil(bar * longest_bar)), '#') << '\n';
    };
    row("no wait", static_cast<double>(first - sorted.begin()), 0);
    if (first == sorted.end()) return out.str();

    // The longest few would stretch the scale: they share the last row.
    const auto waiters = sorted.end() - first;
    const double most = first[waiters * 995 / 1000];
    const double width = round_width(most / most_rows);
    const auto rows = static_cast<std::size_t>(std::ceil(most / width));
    std::vector<double> counts(rows, 0);
    for (auto wait = first; wait != sorted.end(); ++wait)
        ++counts[static_cast<std::size_t>(std::min(*wait / width, static_cast<double>(rows - 1)))];

    const double longest = *std::max_element(counts.begin(), counts.end());
    for (std::size_t i = 0; i < rows; ++i) {
        const bool last = i + 1 == rows;
        const Seconds edge(width * static_cast<double>(last ? i : i + 1));
        row((last ? "from " : "below ") + to_text(edge), counts[i], counts[i] / longest);
    }
    return out.str();
}

}  // namespace sociable::tool
