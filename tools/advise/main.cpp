// sociable-advise: the size of a connection pool on paper, from figures instead of a running engine.

#include "arguments.hpp"
#include "report.hpp"

#include <sociable/errors/error.hpp>

#include <iostream>
#include <span>

int main(int count, char** words) {
    using namespace sociable;
    try {
        const auto arguments = tool::parse_arguments(std::span<const char* const>(words, words + count).subspan(1));
        if (arguments.help) {
            std::cout << tool::help_text();
            return 0;
        }
        const Sizing sizing = size_pool(arguments.sizing);
        std::cout << tool::report(arguments.sizing, sizing);
        if (arguments.simulate) std::cout << tool::simulation_report(arguments.sizing, sizing);
    } catch (const ArgumentError& e) {
        std::cerr << "sociable-advise: " << e.what() << '\n';
        return 2;
    }
}
