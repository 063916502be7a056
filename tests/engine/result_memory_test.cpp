#include "support/database.hpp"
#include "support/instrumented.hpp"
#include "support/series.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include <malloc.h>

using namespace sociable;
using namespace sociable::test;

namespace {

std::size_t heap_in_use() {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

}  // namespace

TEST_CASE("A streamed result is not held in memory") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        const std::string kilobyte = db.kind() == Kind::sqlite ? "hex(zeroblob(500))" : "repeat('0', 1000)";
        const std::size_t before = heap_in_use();
        std::size_t most = before;
        int count = 0;
        std::size_t bytes = 0;
        for (const auto& [i, text] : c.stream(series(db.kind(), 200'000, kilobyte)).rows<int, std::string>()) {
            bytes += text.size();
            if (++count % 1000 == 0) most = std::max(most, heap_in_use());
        }
        CHECK(count == 200'000);
        CHECK(bytes == 200'000'000);
        CHECK(most - before < 20'000'000);
    });
}

TEST_CASE("A row that was loaded is not held in memory once it was read") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        const std::string kilobyte = db.kind() == Kind::sqlite ? "hex(zeroblob(500))" : "repeat('0', 1000)";
        Result result = c.execute(series(db.kind(), 20'000, kilobyte));
        c.execute("SELECT 1");  // which loads the rows
        const std::size_t loaded = heap_in_use();
        int count = 0;
        for (const auto& row : result)
            if (row.get<std::string>(1).size() == 1000 && ++count == 15'000) break;
        CHECK(count == 15'000);
        const std::size_t partly_read = heap_in_use();
        result.close();
        if (instrumented) return;  // the sanitizers' allocators don't tell
        CHECK(loaded - partly_read > 12'000'000);
        CHECK(loaded - heap_in_use() > 18'000'000);
    });
}
