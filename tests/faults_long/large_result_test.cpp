#include "support/large_result.hpp"

using namespace sociable::test;

TEST_CASE("A stream of ten million rows is read with 64 MiB more than at the start of the process") {
    on_each(all_kinds, [](const Database& db) { read_large_result(db, 10'000'000); });
}
