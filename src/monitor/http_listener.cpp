#include "monitor/http_listener.hpp"

#include "log/log.hpp"
#include "monitor/http_connection.hpp"

#include <spdlog/logger.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace sociable::monitor {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// How long to wait when the process or the machine has no more descriptors or memory.
constexpr auto pause_for = 100ms;

/// Asio's own sockets would be inherited by programs that this process starts, and keep the port from being bound anew.
int listening_socket(const tcp::endpoint& endpoint) {
    const int fd = socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int yes = 1;
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        bind(fd, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0 && ::listen(fd, SOMAXCONN) == 0)
        return fd;
    const int error = errno;
    if (fd >= 0) close(fd);
    throw std::system_error(error, std::generic_category(),
                            "the monitor can't listen on address " + endpoint.address().to_string() + ", port " +
                                std::to_string(endpoint.port()));
}

bool is_shortage(int error) { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }

}  // namespace

HttpListener::HttpListener(HttpState& state, const asio::ip::address& address)
    : state_(state), acceptor_(state.network), pause_(state.network) {
    const tcp::endpoint endpoint(address, state.options.port);
    acceptor_.assign(endpoint.protocol(), listening_socket(endpoint));
}

void HttpListener::start() {
    acceptor_.async_wait(tcp::acceptor::wait_read, [this](error_code error) {
        if (!acceptor_.is_open()) return;
        if (error) return pause(error.value());
        try {
            take();
        } catch (const std::exception&) {
            pause(ENOMEM);
        }
    });
}

void HttpListener::close() {
    pause_.cancel();
    error_code ignored;
    // A child of this process may have the socket, too: closing it would leave the port open.
    shutdown(acceptor_.native_handle(), SHUT_RDWR);
    acceptor_.close(ignored);
}

void HttpListener::take() {
    const int fd = accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0 && is_shortage(errno)) return pause(errno);
    // Other errors are of the one connection, which is gone.
    if (fd >= 0 && !admit(fd)) return pause(ENOMEM);
    is_short_ = false;
    start();
}

bool HttpListener::admit(int fd) {
    tcp::socket socket(state_.network);
    error_code error;
    socket.assign(acceptor_.local_endpoint().protocol(), fd, error);
    if (error) {
        ::close(fd);
        return false;
    }
    const auto max = static_cast<std::size_t>(state_.options.max_connections);
    // So many are being told that there are too many that no more can be told.
    if (state_.connections.size() >= 2 * max) return true;

    const auto connection = std::make_shared<HttpConnection>(state_, std::move(socket));
    if (state_.served < state_.options.max_connections) {
        if (state_.served < (state_.options.max_connections + 1) / 2) is_full_ = false;
        connection->serve();
        return true;
    }
    if (!std::exchange(is_full_, true))
        log::monitor().warn("connections are refused: {} are open, as many as max_connections allows", max);
    connection->refuse();
    return true;
}

void HttpListener::pause(int error) {
    if (!std::exchange(is_short_, true))
        log::monitor().error("no connection can be taken: {}; it is tried again every {} ms",
                             std::generic_category().message(error), pause_for.count());
    pause_.expires_after(pause_for);
    pause_.async_wait([this](error_code cancelled) {
        if (!cancelled) start();
    });
}

}  // namespace sociable::monitor
