#pragma once

#include <sociable/health/sizing.hpp>

#include <string>

namespace sociable::tool {

/// The proposed sizes, what is to be expected of them, and the formulas in words.
std::string report(const SizingInput& input, const Sizing& sizing);

/// The same waits, simulated next to computed, and their distribution.
std::string simulation_report(const SizingInput& input, const Sizing& sizing);

}  // namespace sociable::tool
