#pragma once

#include "monitor/http_server.hpp"

#include <boost/asio/io_context.hpp>

#include <set>

namespace sociable::monitor {

class HttpConnection;

/// What the connections of a server share. The network's thread alone touches what isn't const.
struct HttpState {
    const HttpApplication application;
    const MonitorServerOptions options;
    const bool has_token;

    std::set<HttpConnection*> connections{};  ///< also those that were refused, or are being closed
    int served = 0;                           ///< how many count for max_connections
    bool stopping = false;
    bool has_warned_of_hosts = false;
    boost::asio::io_context network{1};
    boost::asio::io_context worker{1};  ///< asks for answers that may have to wait
};

}  // namespace sociable::monitor
