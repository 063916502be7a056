#include "health/metrics_text.hpp"

#include <algorithm>

namespace sociable::health {

namespace {

constexpr std::size_t buckets_per_doubling = 4;
constexpr std::size_t last_bucket = 26 * buckets_per_doubling;  // ends at 2^36 ns

void append_escaped(std::string& out, std::string_view value) {
    for (const char c : value) {
        if (c == '\n') {
            out += "\\n";
        } else {
            if (c == '\\' || c == '"') out += '\\';
            out += c;
        }
    }
}

}  // namespace

std::string text(Limit limit) { return limit.is_unlimited() ? "+Inf" : text(limit.count()); }

std::string text(std::chrono::nanoseconds time) {
    const std::int64_t ns = std::max<std::int64_t>(time.count(), 0);
    std::string fraction = text(ns % 1'000'000'000);
    fraction.insert(0, 9 - fraction.size(), '0');
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return text(ns / 1'000'000'000) + (fraction.empty() ? "" : "." + fraction);
}

Family::Family(std::string& out, std::string_view name, std::string_view type, std::string_view help)
    : out_(out), name_(name) {
    ((out_ += "# HELP ") += name) += ' ';
    ((out_ += help) += "\n# TYPE ") += name;
    ((out_ += ' ') += type) += '\n';
}

void Family::sample(const Labels& labels, std::string_view value, std::string_view suffix) {
    (out_ += name_) += suffix;
    char before = '{';
    for (const auto& [label, of] : labels) {
        ((out_ += before) += label) += "=\"";
        append_escaped(out_, of);
        out_ += '"';
        before = ',';
    }
    if (!labels.empty()) out_ += '}';
    ((out_ += ' ') += value) += '\n';
}

void Family::histogram(const Labels& labels, const Durations& durations) {
    Labels with_end = labels;
    auto& end = with_end.emplace_back("le", "");
    for (std::size_t bucket = 0; bucket <= last_bucket; bucket += buckets_per_doubling) {
        const std::string seconds = text(Durations::end_of(bucket));
        end.second = seconds;
        sample(with_end, text(durations.below(bucket)), "_bucket");
    }
    end.second = "+Inf";
    sample(with_end, text(durations.count()), "_bucket");
    summary(labels, durations);
}

void Family::summary(const Labels& labels, const Durations& durations) {
    sample(labels, text(durations.sum()), "_sum");
    sample(labels, text(durations.count()), "_count");
}

}  // namespace sociable::health
