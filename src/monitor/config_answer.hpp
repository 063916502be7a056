#pragma once

#include <sociable/engine/engine.hpp>
#include <sociable/monitor/monitor_options.hpp>

#include <boost/json/object.hpp>

namespace sociable::monitor {

// What /config tells: options by their names, durations as text, and of what may hold secrets only how much there is.
boost::json::object config(const Engine& engine);
boost::json::object config(const MonitorOptions& options);

}  // namespace sociable::monitor
