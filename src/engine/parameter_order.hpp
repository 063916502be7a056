#pragma once

#include "pool/statement_cache.hpp"

#include <sociable/engine/connection.hpp>

#include <cstddef>
#include <vector>

namespace sociable::detail {

/// For each placeholder of the statement, where its value is among the parameters.
/// @throws ArgumentError when one has no value, or, unless `spare_ignored`, a parameter no placeholder
void order_parameters(const pool::PreparedStatement& statement, Parameters parameters, bool spare_ignored,
                      std::vector<std::size_t>& positions);

}  // namespace sociable::detail
