#pragma once

#include <sociable/monitor/monitor.hpp>

#include <boost/asio/ip/address.hpp>

namespace sociable::monitor {

/// The address to listen on. @throws ArgumentError for a wrong option
boost::asio::ip::address checked(const MonitorServerOptions& options, bool has_token);

}  // namespace sociable::monitor
