#pragma once

#include "monitor/watch.hpp"

#include <sociable/engine/engine.hpp>

#include <boost/json/object.hpp>

#include <cstddef>

namespace sociable::monitor {

// What is told of one pool, which `watch` knows by `which`, by /pool/status, /pool/connections, /pool/holders.
boost::json::object status(const Engine& engine, const Watch& watch, std::size_t which);
boost::json::object connections(const Engine& engine);
boost::json::object holders(const Engine& engine);

}  // namespace sociable::monitor
