#pragma once

#include "monitor/database_probe.hpp"

#include <sociable/health/advice.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace sociable::monitor {

/// Why it is of no use to send it requests; empty when it is. That all connections are in use is no reason: others
/// would only get more to do. In words that tell strangers nothing of the database, since readiness is for everybody.
boost::json::array why_not_ready(const DatabaseAnswer& answer);

// What is told of one pool by the paths below /health, and by /pool/advice.
boost::json::object database(const Engine& engine, const DatabaseAnswer& answer);
boost::json::object health(const Engine& engine, const Health& health);
boost::json::object detailed_health(const Engine& engine, const DatabaseAnswer& answer);
boost::json::object advice(const Engine& engine, const AdviceReport& report);

}  // namespace sociable::monitor
