#pragma once

#include <sociable/engine/connection.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sociable::detail {

/// For each name of the statement's parameters, where its value is among those given: as many positions as names.
/// @throws ArgumentError when one has no value, or, unless `spare_ignored`, a value no name
void order_parameters(const std::vector<std::string>& names, std::string_view statement, Parameters parameters,
                      bool spare_ignored, std::span<std::size_t> positions);

}  // namespace sociable::detail
