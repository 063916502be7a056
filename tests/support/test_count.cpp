#include "support/test_count.hpp"

#include "support/reporter.hpp"

namespace sociable::test {

namespace {

unsigned count = 0;

struct Counter : Reporter {
    explicit Counter(const doctest::ContextOptions&) {}
    void test_run_end(const doctest::TestRunStats& stats) override { count = stats.numTestCasesPassingFilters; }
};

}  // namespace

unsigned count_of_tests_run() noexcept { return count; }

REGISTER_LISTENER("test_count", 1, Counter);

}  // namespace sociable::test
