#include "support/prometheus_text.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>

namespace sociable::test {

namespace {

void require(bool holds, std::string_view what, std::string_view line) {
    if (!holds) throw std::runtime_error(std::string(what) + ": " + std::string(line));
}

/// Takes what comes before `end` from the front of the text, and `end`.
std::string take_until(std::string_view& text, std::string_view end) {
    const auto at = text.find_first_of(end);
    require(at != text.npos, "something is missing", text);
    std::string taken(text.substr(0, at));
    text.remove_prefix(at + 1);
    return taken;
}

/// A label's value, up to the closing quote.
std::string take_value(std::string_view& text) {
    std::string value;
    while (!text.empty() && text[0] != '"') {
        char c = text[0];
        if (c == '\\') {
            text.remove_prefix(1);
            require(!text.empty() && std::string_view("\\\"n").find(text[0]) != text.npos, "wrong escape", text);
            c = text[0] == 'n' ? '\n' : text[0];
        }
        value += c;
        text.remove_prefix(1);
    }
    take_until(text, "\"");
    return value;
}

bool is_number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return text == "+Inf" || text == "NaN" || (error == std::errc() && end == text.data() + text.size());
}

bool belongs(const PrometheusText::Family& family, std::string_view sample) {
    if (!sample.starts_with(family.name)) return false;
    const auto suffix = sample.substr(family.name.size());
    if (family.type == "histogram") return suffix == "_bucket" || suffix == "_sum" || suffix == "_count";
    if (family.type == "summary") return suffix == "_sum" || suffix == "_count";
    return suffix.empty();
}

}  // namespace

PrometheusText::PrometheusText(std::string_view text) {
    require(text.empty() || text.ends_with('\n'), "the last line does not end", text);
    while (!text.empty()) {
        const std::string line = take_until(text, "\n");
        if (line.starts_with('#'))
            add_comment(line);
        else
            add_sample(line);
    }
    for (const Family& family : families_) require(!family.type.empty(), "no TYPE", family.name);
}

void PrometheusText::add_comment(std::string_view line) {
    std::string_view rest = line;
    take_until(rest, " ");
    const std::string what = take_until(rest, " ");
    const std::string name = take_until(rest, " ");
    if (what == "HELP") {
        require(std::ranges::none_of(families_, [&](const Family& f) { return f.name == name; }), "again", line);
        families_.push_back({name, {}, std::string(rest), {}});
    } else {
        require(what == "TYPE" && !families_.empty() && families_.back().name == name, "TYPE elsewhere", line);
        require(families_.back().type.empty() && families_.back().samples.empty(), "TYPE too late", line);
        require(std::set<std::string_view>{"counter", "gauge", "histogram", "summary"}.contains(rest), "type", line);
        families_.back().type = rest;
    }
}

void PrometheusText::add_sample(std::string_view line) {
    std::string_view rest = line;
    Sample sample{take_until(rest, "{"), {}, {}};
    for (char before = ','; before == ',';) {
        const std::string label = take_until(rest, "=");
        take_until(rest, "\"");
        require(sample.labels.emplace(label, take_value(rest)).second, "label told twice", line);
        require(!rest.empty(), "no end of labels", line);
        before = rest[0];
        rest.remove_prefix(1);
    }
    require(rest.starts_with(' ') && is_number(rest.substr(1)), "no number", line);
    sample.value = rest.substr(1);
    require(!families_.empty() && belongs(families_.back(), sample.name), "outside of its family", line);
    for (const Sample& other : families_.back().samples)
        require(other.name != sample.name || other.labels != sample.labels, "sample told twice", line);
    families_.back().samples.push_back(std::move(sample));
}

const PrometheusText::Family& PrometheusText::family(std::string_view name) const& {
    const auto found = std::ranges::find(families_, name, &Family::name);
    require(found != families_.end(), "there is no family", name);
    return *found;
}

const std::string& PrometheusText::value(std::string_view name, const Labels& labels) const {
    const Sample* found = nullptr;
    for (const Family& family : families_)
        for (const Sample& sample : family.samples) {
            if (sample.name != name || !std::ranges::includes(sample.labels, labels)) continue;
            require(found == nullptr, "there are several", name);
            found = &sample;
        }
    require(found != nullptr, "there is no sample", name);
    return found->value;
}

}  // namespace sociable::test
