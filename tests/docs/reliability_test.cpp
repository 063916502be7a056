#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path root = fs::path(__FILE__).parent_path() / "../..";

std::string read(const fs::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The name that a TEST_CASE( begins with at `at`: string literals that follow each other, put together.
std::string name_at(std::string_view source, std::size_t at) {
    std::string name;
    while ((at = source.find_first_not_of(" \n", at)) != source.npos && source[at] == '"') {
        for (++at; at < source.size() && source[at] != '"'; ++at) {
            if (source[at] == '\\') ++at;
            name += source[at];
        }
        ++at;
    }
    return name;
}

/// The names of a source's test cases: those that stand at the beginning of a line, and not in a comment.
std::vector<std::string> names_in(std::string_view source) {
    constexpr std::string_view macro = "\nTEST_CASE(";
    std::vector<std::string> names;
    for (auto at = source.find(macro); at != source.npos; at = source.find(macro, at + 1))
        names.push_back(name_at(source, at + macro.size()));
    return names;
}

std::vector<std::string> all_test_names() {
    std::vector<std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(root / "tests")) {
        if (!entry.path().filename().string().ends_with("_test.cpp")) continue;
        const auto names = names_in(read(entry.path()));
        all.insert(all.end(), names.begin(), names.end());
    }
    return all;
}

/// What stands in backticks in the last column of the tables.
std::vector<std::string> cited_in(const std::string& text) {
    std::vector<std::string> cited;
    std::size_t at = 0;
    for (std::size_t line_end = 0; at < text.size(); at = line_end + 1) {
        line_end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, line_end - at);
        const std::size_t column = line.rfind(" | ");
        if (!line.starts_with("|") || column == std::string::npos) continue;
        for (std::size_t begin = line.find('`', column); begin != std::string::npos;) {
            const std::size_t end = line.find('`', begin + 1);
            cited.push_back(line.substr(begin + 1, end - begin - 1));
            begin = line.find('`', end + 1);
        }
    }
    return cited;
}

}  // namespace

TEST_CASE("a test's name is what its literals say together, and what stands elsewhere is none") {
    const auto names = names_in(
        "\n// TEST_CASE(\"in a comment\")\n"
        "const char* text = \"in a string\";\n"
        "TEST_CASE(\n    \"one, \"\n    \"two\") {\n    CHECK(name == \"in a body\");\n}\n"
        "TEST_CASE(\"a \\\"quoted\\\" one\") {}\n");
    CHECK(names == std::vector<std::string>{"one, two", "a \"quoted\" one"});
}

TEST_CASE("every test that docs/reliability.md names exists") {
    const auto tests = all_test_names();
    CHECK(tests.size() > 500);
    const auto cited = cited_in(read(root / "docs/reliability.md"));
    CHECK(cited.size() > 40);
    for (const std::string& name : cited) {
        CAPTURE(name);
        const bool is_file = name.starts_with("tests/") && fs::is_regular_file(root / name);
        CHECK((is_file ||
               std::ranges::any_of(tests, [&](const std::string& test) { return test.find(name) != test.npos; })));
    }
}
