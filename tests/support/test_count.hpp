#pragma once

namespace sociable::test {

/// How many test cases the last run of doctest found to match its filters.
unsigned count_of_tests_run() noexcept;

}  // namespace sociable::test
