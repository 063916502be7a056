#include "monitor/server_options.hpp"

#include <sociable/errors/error.hpp>

namespace sociable::monitor {

namespace {

constexpr std::size_t max_bytes = 1048576;

void require(bool holds, const std::string& option, const std::string& valid) {
    if (!holds) throw ArgumentError("option " + option + " of the monitor must be " + valid);
}

}  // namespace

boost::asio::ip::address checked(const MonitorServerOptions& options, bool has_token) {
    require(options.max_header_bytes >= 128 && options.max_header_bytes <= max_bytes, "max_header_bytes",
            "from 128 to 1048576");
    require(options.max_body_bytes <= max_bytes, "max_body_bytes", "from 0 to 1048576");
    require(options.max_connections >= 1, "max_connections", "above zero");
    require(options.request_timeout >= std::chrono::milliseconds(1) && options.request_timeout <= std::chrono::hours(1),
            "request_timeout", "from 1 ms to 1 h");

    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(options.address, error);
    require(!error, "address",
            "an IPv4 or IPv6 address such as 127.0.0.1, ::1 or 0.0.0.0, and is '" + options.address + "'");
    require(address.is_loopback() || has_token, "address",
            "one of the loopback interface, such as 127.0.0.1, while MonitorOptions::token is empty; from " +
                options.address + " whoever reaches this machine could read the figures, so set a token");
    return address;
}

}  // namespace sociable::monitor
