#pragma once

#include "support/database.hpp"
#include "support/instrumented.hpp"
#include "support/own_process.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <sstream>
#include <string>

namespace sociable::test {

/// Reads so many rows in a process that may take 64 MiB more than it has at its start: by `stream` it succeeds, with a
/// fraction of them, and by `execute` it can't. With a sanitizer, which needs far more, fewer rows are read without a
/// limit.
inline void read_large_result(const Database& database, std::int64_t rows) {
    if (instrumented) rows = 100'000;
    const std::string room = instrumented ? "0" : "64";
    const auto read = [&](const char* way, int exit_code) {
        OwnProcess process(
            {SOCIABLE_READ_LARGE, database.url().to_string_with_password(), std::to_string(rows), room, way});
        const int ended_with = process.wait();
        const std::string said = process.output();
        CAPTURE(said);
        CHECK(ended_with == exit_code);
        return said;
    };
    std::istringstream figures(read("stream", 0));
    CAPTURE(figures.str());
    std::int64_t count = 0, sum = 0, growth = 0;
    figures >> count >> sum >> growth;
    CHECK(count == rows);
    CHECK(sum == rows * (rows + 1) / 2);
    if (instrumented) return;
    CHECK(growth < 16 * 1024);
    read("execute", 3);
}

}  // namespace sociable::test
