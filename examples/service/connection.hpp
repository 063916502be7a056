// One client: its requests are answered one after the other.
#pragma once

#include "http_server.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>

#include <atomic>
#include <optional>

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(boost::asio::ip::tcp::socket socket, const Handler& handler)
        : stream_(std::move(socket)), handler_(handler) {}

    void start() { read(); }
    /// The request that is being worked on is the last one.
    void stop();

private:
    void read();
    void write(Response response);
    void close();

    boost::beast::tcp_stream stream_;
    const Handler& handler_;
    boost::beast::flat_buffer buffer_;
    std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
    Response response_;
    std::atomic<bool> stopping_ = false;
};
