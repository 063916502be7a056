#pragma once

#include "monitor/database_probe.hpp"

#include <sociable/health/advice.hpp>

#include <boost/json/object.hpp>

namespace sociable::monitor {

// What is told of one pool by the paths below /health, and by /pool/advice.
boost::json::object readiness(const Engine& engine, const DatabaseAnswer& answer);
boost::json::object database(const Engine& engine, const DatabaseAnswer& answer);
boost::json::object health(const Engine& engine, const Health& health);
boost::json::object detailed_health(const Engine& engine, const DatabaseAnswer& answer);
boost::json::object advice(const Engine& engine, const AdviceReport& report);

}  // namespace sociable::monitor
