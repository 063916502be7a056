#pragma once

#include <sociable/health/sizing.hpp>

#include <span>
#include <string>

namespace sociable::tool {

struct Arguments {
    SizingInput sizing;
    bool simulate = false;
    bool help = false;
};

/// Without the program's name. `--name value` and `--name=value` are the same.
/// Throws ArgumentError, which names the argument and tells what would be right.
Arguments parse_arguments(std::span<const char* const> words);

std::string help_text();

}  // namespace sociable::tool
