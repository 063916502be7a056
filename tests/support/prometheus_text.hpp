#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sociable::test {

/// Prometheus' text format, read back. @throws std::runtime_error for what Prometheus would refuse or warn about: a
/// family told twice or without HELP and TYPE, samples outside of their family or told twice, wrong escapes.
class PrometheusText {
public:
    using Labels = std::map<std::string, std::string>;
    struct Sample {
        std::string name;
        Labels labels;
        std::string value;  ///< as it is written; a number
    };
    struct Family {
        std::string name;
        std::string type;
        std::string help;
        std::vector<Sample> samples;
    };

    explicit PrometheusText(std::string_view text);

    const std::vector<Family>& families() const& noexcept { return families_; }
    const std::vector<Family>& families() && = delete;
    const Family& family(std::string_view name) const&;
    const Family& family(std::string_view name) && = delete;
    /// The one sample that has this name, and these labels besides others.
    const std::string& value(std::string_view name, const Labels& labels = {}) const;

private:
    void add_comment(std::string_view line);
    void add_sample(std::string_view line);

    std::vector<Family> families_;
};

}  // namespace sociable::test
