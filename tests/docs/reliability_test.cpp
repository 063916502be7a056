#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

namespace fs = std::filesystem;

const fs::path root = fs::path(__FILE__).parent_path() / "../..";

std::string read(const fs::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The tests' sources, with strings that go on in the next line put together.
std::string all_tests() {
    std::string all;
    for (const auto& entry : fs::recursive_directory_iterator(root / "tests"))
        if (entry.path().extension() == ".cpp") all += read(entry.path());
    std::string joined;
    for (std::size_t at = 0; at < all.size(); ++at) {
        if (all[at] == '"') {
            const std::size_t next = all.find_first_not_of(" \n", at + 1);
            if (next != std::string::npos && all[next] == '"' && next > at + 1) {
                at = next;
                continue;
            }
        }
        joined += all[at];
    }
    return joined;
}

}  // namespace

TEST_CASE("every test that docs/reliability.md names exists") {
    const std::string tests = all_tests();
    const std::string text = read(root / "docs/reliability.md");
    int named = 0;
    std::size_t at = 0;
    for (std::size_t line_end = 0; at < text.size(); at = line_end + 1) {
        line_end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, line_end - at);
        const std::size_t column = line.rfind(" | ");  // the last of a table's row
        if (!line.starts_with("|") || column == std::string::npos) continue;
        for (std::size_t begin = line.find('`', column); begin != std::string::npos;) {
            const std::size_t end = line.find('`', begin + 1);
            const std::string name = line.substr(begin + 1, end - begin - 1);
            begin = line.find('`', end + 1);
            CAPTURE(name);
            ++named;
            CHECK((fs::exists(root / name) || tests.find(name) != std::string::npos));
        }
    }
    CHECK(named > 40);
}
