#pragma once

#include <sociable/engine/engine.hpp>
#include <sociable/health/pool_history.hpp>

#include <boost/json/object.hpp>

#include <optional>
#include <vector>

namespace sociable::monitor {

// What is told of one pool by /pool/status, /pool/connections, /pool/holders.
boost::json::object status(const Engine& engine, const std::vector<std::optional<PoolHistory::Point>>& history);
boost::json::object connections(const Engine& engine);
boost::json::object holders(const Engine& engine);

}  // namespace sociable::monitor
