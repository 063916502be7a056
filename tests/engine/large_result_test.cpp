#include "support/large_result.hpp"

using namespace sociable::test;

// Ten million rows: tests/faults_long/large_result_test.cpp
TEST_CASE("A stream of a million rows is read in a process that execute would need more memory for than it has") {
    on_each(all_kinds, [](const Database& db) { read_large_result(db, 1'000'000); });
}
