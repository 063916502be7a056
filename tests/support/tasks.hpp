#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace sociable::test {

/// How many threads of this process the library has made, which it names.
inline int background_threads() {
    int count = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string name;
        std::ifstream(task.path() / "comm") >> name;  // gone already, it has none
        if (name.starts_with("sociable-")) ++count;
    }
    return count;
}

}  // namespace sociable::test
