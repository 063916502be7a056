#pragma once

#include <sociable/pool/durations.hpp>
#include <sociable/pool/limit.hpp>

#include <chrono>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sociable::health {

/// Values, which are numbers in every locale.
std::string text(std::integral auto number) { return std::to_string(number); }
std::string text(Limit limit);
std::string text(std::chrono::nanoseconds time);  ///< in seconds, exactly

/// Names and values of labels.
using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

/// Writes one family of metrics: what it is, and its samples.
class Family {
public:
    /// `type` is Prometheus' word for it. `help` is written as it is.
    Family(std::string& out, std::string_view name, std::string_view type, std::string_view help);

    /// `suffix` is that of the sample's name, as "_sum".
    void sample(const Labels& labels, std::string_view value, std::string_view suffix = {});
    /// All samples of a histogram. Its buckets end at powers of two, from 1.024 us to 69 s, where those of Durations
    /// end, so that the counts are exact.
    void histogram(const Labels& labels, const Durations& durations);
    /// Count and sum alone, of a type that Prometheus calls summary.
    void summary(const Labels& labels, const Durations& durations);

private:
    std::string& out_;
    std::string_view name_;
};

}  // namespace sociable::health
