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

/// Whether it is of use to send it requests: the database answers, and nobody waits for so long that it is an error.
/// All being in use is no reason against, since others would only get more to do.
bool is_ready(const DatabaseAnswer& answer);

}  // namespace sociable::monitor
