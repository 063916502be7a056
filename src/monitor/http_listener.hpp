#pragma once

#include "monitor/http_state.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace sociable::monitor {

/// Takes connections on a port. For the network's thread.
class HttpListener {
public:
    /// @throws std::system_error when the address or the port can't be had
    HttpListener(HttpState& state, const boost::asio::ip::address& address);

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    int native_handle() { return acceptor_.native_handle(); }

    void start();
    void close();

private:
    void take();
    bool admit(int fd);
    void pause(int error);

    HttpState& state_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    bool is_short_ = false;
    bool is_full_ = false;
};

}  // namespace sociable::monitor
