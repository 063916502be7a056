#pragma once

#include <sociable/errors/error.hpp>

#include <string>

namespace sociable::health {

/// Throws ArgumentError when a count is less than it can be.
inline void at_least(int least, int value, const char* name) {
    if (value < least) throw ArgumentError(std::string(name) + " must be at least " + std::to_string(least));
}

}  // namespace sociable::health
