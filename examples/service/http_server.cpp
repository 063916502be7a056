#include "http_server.hpp"

#include "connection.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <csignal>

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using namespace std::chrono_literals;

HttpServer::HttpServer(const std::string& address, std::uint16_t port, int threads, Handler handler)
    : threads_(static_cast<std::size_t>(threads)),
      strand_(asio::make_strand(threads_)),
      acceptor_(strand_, tcp::endpoint(asio::ip::make_address(address), port)),
      pause_(strand_),
      signals_(strand_, SIGTERM, SIGINT),
      handler_(std::move(handler)) {}

std::string HttpServer::url() const {
    const tcp::endpoint endpoint = acceptor_.local_endpoint();
    return "http://" + endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
}

void HttpServer::run(const std::function<void()>& stopping) {
    asio::post(strand_, [this] { accept(); });
    signals_.async_wait([&](boost::system::error_code error, int) {
        if (error) return;
        signals_.clear();
        stopping();
        stop();
    });
    threads_.join();  // the work is done when nobody listens any more and no connection is open
}

void HttpServer::accept() {
    acceptor_.async_accept(asio::make_strand(threads_), [this](boost::system::error_code error, tcp::socket socket) {
        if (!acceptor_.is_open()) return;
        if (error) return accept_later();
        std::erase_if(connections_, [](const auto& connection) { return connection.expired(); });
        const auto connection = std::make_shared<Connection>(std::move(socket), handler_);
        connections_.push_back(connection);
        connection->start();
        accept();
    });
}

// Without a pause, a process that has no descriptor left would try again and again.
void HttpServer::accept_later() {
    pause_.expires_after(100ms);
    pause_.async_wait([this](boost::system::error_code error) {
        if (!error && acceptor_.is_open()) accept();
    });
}

void HttpServer::stop() {
    acceptor_.close();
    pause_.cancel();
    for (const auto& each : connections_)
        if (const auto connection = each.lock()) connection->stop();
}
