#include "connection.hpp"

#include <boost/asio/post.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>

namespace beast = boost::beast;
namespace http = beast::http;
using tcp = boost::asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t longest_body = 65536;
constexpr auto longest_wait = 30s;

}  // namespace

void Connection::stop() {
    stopping_ = true;
    boost::asio::post(stream_.get_executor(), [self = shared_from_this()] {
        // Ends a read, now or later, but not the answer to what was read.
        beast::error_code ignored;
        self->stream_.socket().shutdown(tcp::socket::shutdown_receive, ignored);
    });
}

void Connection::read() {
    parser_.emplace();
    parser_->body_limit(longest_body);
    stream_.expires_after(longest_wait);
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, std::size_t) {
        if (error) return self->close();
        self->stream_.expires_never();
        self->write(self->handler_(self->parser_->get()));
    });
}

void Connection::write(Response response) {
    response_ = std::move(response);
    response_.version(parser_->get().version());
    response_.keep_alive(parser_->get().keep_alive() && !stopping_);
    response_.prepare_payload();
    stream_.expires_after(longest_wait);
    http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
        if (error || !self->response_.keep_alive())
            self->close();
        else
            self->read();
    });
}

void Connection::close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.close();
}
