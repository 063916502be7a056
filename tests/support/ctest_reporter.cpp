#include <filesystem>
#include <ostream>
#include <set>
#include <string>
#include <string_view>

#include "support/reporter.hpp"

namespace sociable::test {

namespace {

/// The name as a filter of doctest's that matches it: a comma separates filters, a backslash takes that away.
std::string filter_of(std::string_view name) {
    std::string filter;
    for (char c : name) {
        if (c == ',' || c == '\\') filter += '\\';
        filter += c;
    }
    return filter;
}

/// As a CMake argument in which no character is special.
std::string as_argument(std::string_view text) { return "[==[" + std::string(text) + "]==]"; }

/// `--reporters=ctest --list-test-cases` writes one call per test case, which tests/discover_tests.cmake reads. CMake
/// itself can't: it takes a list apart at semicolons and brackets, and our tests have sentences for names.
struct CtestReporter : Reporter {
    explicit CtestReporter(const doctest::ContextOptions& options) : out(*options.cout) {}

    void report_query(const doctest::QueryData& query) override {
        std::set<std::string_view> seen;
        for (unsigned i = 0; i < query.num_data; ++i) {
            const std::string_view name = query.data[i]->m_name;
            if (!seen.insert(name).second) continue;
            const auto file = std::filesystem::path(query.data[i]->m_file.c_str()).filename().string();
            out << "sociable_add_test(" << as_argument(name) << ' ' << as_argument(filter_of(name)) << ' ' << file
                << ")\n";
        }
    }

    std::ostream& out;
};

}  // namespace

REGISTER_REPORTER("ctest", 1, CtestReporter);

}  // namespace sociable::test
