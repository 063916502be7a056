#include "support/prometheus_text.hpp"
#include "support/thrown.hpp"

#include <sociable/health/metrics.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <span>
#include <string>

using namespace sociable;
using namespace sociable::test;

namespace {

std::string read(const std::filesystem::path& name) {
    std::ifstream in(std::filesystem::path(__FILE__).parent_path() / "../../docs" / name);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// What a pattern's first group takes, wherever it matches.
std::set<std::string> all_of(const std::string& text, const char* pattern) {
    const std::regex regex(pattern);
    std::set<std::string> all;
    for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match)
        all.insert((*match)[1]);
    return all;
}

}  // namespace

TEST_CASE("docs/monitoring.md tells every metric, its type and its labels, and no other") {
    const std::string page = read("monitoring.md");
    PoolReading reading;
    reading.status.name = "shop";
    reading.server_connections = {{"active", 1}};
    const PrometheusText text(prometheus_metrics(std::span(&reading, 1), {.hikaricp = true}));
    std::set<std::string> families;
    for (const auto& family : text.families()) {
        CAPTURE(family.name);
        families.insert(family.name);
        const auto begin = page.find("\n| `" + family.name + "` | " + family.type + " |");
        CHECK(begin != page.npos);
        const std::string row = page.substr(begin + 1, page.find('\n', begin + 1) - begin - 1);
        for (const auto& sample : family.samples)
            for (const auto& label : sample.labels) {
                if (label.second == "shop") continue;
                CAPTURE(label.first);
                CHECK(contains(row, '`' + label.first + '`'));
                if (label.first != "le" && !contains(family.name, "failed_pings"))
                    CHECK(contains(row, '`' + label.second + '`'));
            }
    }
    CHECK(all_of(page, "\n\\| `([a-z_]+)` \\| (?:gauge|counter|histogram|summary) \\|") == families);
}

TEST_CASE("docs/monitoring.md tells every alert, and no other") {
    CHECK(all_of(read("monitoring.md"), "\n\\| `(Sociable[A-Za-z]+)` \\|") ==
          all_of(read("monitoring/alerts.yml"), "- alert: ([A-Za-z]+)\n"));
}
