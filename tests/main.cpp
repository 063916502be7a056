#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>

#include "support/test_count.hpp"

int main(int argc, char** argv) {
    doctest::Context context(argc, argv);
    const int result = context.run();
    if (context.shouldExit()) return result;
    // A name that matches no test is a mistake of the caller's, and must not look like a success.
    if (sociable::test::count_of_tests_run() == 0) {
        std::cerr << "no test matches these filters\n";
        return EXIT_FAILURE;
    }
    return result;
}
