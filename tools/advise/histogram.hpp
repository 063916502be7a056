#pragma once

#include <sociable/health/simulation.hpp>

#include <string>

namespace sociable::tool {

/// A row for those who didn't wait, and one for each range of waits, with a bar as long as its share of the others.
std::string histogram(const SimulatedWaits& waits);

}  // namespace sociable::tool
