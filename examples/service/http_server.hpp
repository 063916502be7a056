// HTTP on a few threads: requests go to a function, one at a time on each thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

using Request = boost::beast::http::request<boost::beast::http::string_body>;
using Response = boost::beast::http::response<boost::beast::http::string_body>;
using Handler = std::function<Response(const Request&)>;

class Connection;

class HttpServer {
public:
    /// Listens from here on. The handler must not throw.
    HttpServer(const std::string& address, std::uint16_t port, int threads, Handler handler);

    std::string url() const;
    /// Until SIGTERM or SIGINT: then it calls `stopping`, takes no more connections, and returns when all requests are
    /// answered. A second signal ends the process.
    void run(const std::function<void()>& stopping);

private:
    void accept();
    void accept_later();
    void stop();

    boost::asio::thread_pool threads_;
    boost::asio::strand<boost::asio::thread_pool::executor_type> strand_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    boost::asio::signal_set signals_;
    Handler handler_;
    std::vector<std::weak_ptr<Connection>> connections_;
};
