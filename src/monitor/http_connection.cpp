#include "monitor/http_connection.hpp"

#include "log/log.hpp"
#include "monitor/host.hpp"
#include "monitor/http_response.hpp"

#include <spdlog/logger.h>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace sociable::monitor {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using boost::system::error_code;

namespace {

/// How long a client may take to close after its last answer.
constexpr std::chrono::milliseconds time_to_leave = 1s;

MonitorResponse ask(const HttpApplication& application, const HttpRequest& request, bool head_only) {
    try {
        // HEAD is told the length that GET would get.
        return application.answer({.method = head_only ? "GET" : std::string_view(request.method),
                                   .target = request.target,
                                   .authorization = request.authorization});
    } catch (const std::exception& e) {
        log::monitor().error("a request could not be answered: {}", e.what());
    } catch (...) {
        log::monitor().error("a request could not be answered");
    }
    return error_response(500, "the request could not be answered");
}

}  // namespace

HttpConnection::HttpConnection(HttpState& state, asio::ip::tcp::socket socket)
    : state_(state),
      socket_(std::move(socket)),
      timer_(state.network),
      reader_(state.options.max_header_bytes, state.options.max_body_bytes) {
    state_.connections.insert(this);
}

HttpConnection::~HttpConnection() {
    give_place();
    state_.connections.erase(this);
    if (state_.stopping && state_.connections.empty() && !state_.network.stopped()) state_.network.stop();
}

void HttpConnection::serve() {
    has_place_ = true;
    ++state_.served;
    next_request();
}

void HttpConnection::refuse() { send_last(error_response(503, "too many connections")); }

void HttpConnection::finish() {
    if (step_ == Step::answering || step_ == Step::sending)
        keep_alive_ = false;
    else
        close();
}

void HttpConnection::close() {
    if (step_ == Step::closed) return;
    step_ = Step::closed;
    give_up();
    timer_.cancel();
    error_code ignored;
    // A child of this process may have the socket, too: closing it would not end the connection.
    socket_.shutdown(asio::socket_base::shutdown_both, ignored);
    socket_.close(ignored);
}

void HttpConnection::begin(Step step) { begin(step, state_.options.request_timeout); }

void HttpConnection::begin(Step step, std::chrono::milliseconds timeout) {
    step_ = step;
    timer_.expires_after(timeout);
    timer_.async_wait([this, self = shared_from_this()](error_code error) {
        // The next step may have begun while this one's end was on its way here.
        if (!error && timer_.expiry() <= asio::steady_timer::clock_type::now()) timed_out();
    });
}

void HttpConnection::timed_out() {
    switch (step_) {
        case Step::receiving:
            is_late_ = true;
            socket_.cancel();
            break;
        case Step::answering:
            give_up();
            send(error_response(503, "the answer took too long"));
            break;
        default: close();
    }
}

void HttpConnection::next_request() {
    if (state_.stopping) return close();
    head_only_ = false;
    begin(reader_.has_begun() ? Step::receiving : Step::idle);
    take_request();
}

void HttpConnection::take_request() {
    try {
        if (auto request = reader_.next())
            answer(std::move(*request));
        else
            receive();
    } catch (const HttpError& e) {
        log::monitor().debug("a request was refused with {}: {}", e.status(), e.what());
        send_last(error_response(e.status(), e.what()));
    }
}

void HttpConnection::receive() {
    socket_.async_read_some(asio::buffer(received_),
                            [this, self = shared_from_this()](error_code error, std::size_t n) {
                                if (step_ == Step::closed) return;
                                if (is_late_)
                                    return send_last(error_response(408, "the request took too long to arrive"));
                                if (error == asio::error::eof && step_ == Step::receiving)
                                    return send_last(error_response(400, "the request is cut off"));
                                if (error) return close();
                                if (step_ == Step::idle) begin(Step::receiving);
                                reader_.add({received_.data(), n});
                                take_request();
                            });
}

void HttpConnection::answer(HttpRequest request) {
    keep_alive_ = request.keep_alive;
    head_only_ = request.method == "HEAD";
    // A web page can make a browser on this machine send requests here, and read the answers if the page's own host
    // name has meanwhile come to mean 127.0.0.1. Such requests still have that name in their Host header.
    if (!state_.has_token && request.host && !names_loopback(*request.host)) {
        if (!std::exchange(state_.has_warned_of_hosts, true))
            log::monitor().warn("a request to another host's name was refused with 403; others will be, silently");
        return send_last(
            error_response(403, "without a token, only requests to localhost or its addresses are answered"));
    }
    if (state_.application.is_quick(request.target)) return send(ask(state_.application, request, head_only_));

    begin(Step::answering);
    question_ = std::make_shared<Question>();
    question_->request = std::move(request);
    asio::post(state_.worker, [&state = state_, head_only = head_only_, question = question_, self = weak_from_this()] {
        if (question->given_up) return;
        auto response = ask(state.application, question->request, head_only);
        asio::post(state.network, [question, self, response = std::move(response)]() mutable {
            if (const auto connection = self.lock()) connection->answered(question, std::move(response));
        });
    });
}

void HttpConnection::answered(const std::shared_ptr<Question>& question, MonitorResponse response) {
    if (question_ != question) return;
    question_.reset();
    send(std::move(response));
}

void HttpConnection::give_up() {
    if (question_) question_->given_up = true;
    question_.reset();
}

void HttpConnection::send(MonitorResponse response) {
    if (state_.stopping) keep_alive_ = false;
    begin(Step::sending);
    head_ = head_of(response, keep_alive_);
    body_ = head_only_ ? std::string() : std::move(response.body);
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head_), asio::buffer(body_)};
    asio::async_write(socket_, parts, [this, self = shared_from_this()](error_code error, std::size_t) {
        if (step_ == Step::closed) return;
        if (error) return close();
        if (keep_alive_)
            next_request();
        else
            leave();
    });
}

void HttpConnection::send_last(MonitorResponse response) {
    keep_alive_ = false;
    send(std::move(response));
}

/// Waits for the client to close: closing with bytes unread would make the kernel drop what the client hasn't read.
void HttpConnection::leave() {
    if (state_.stopping) return close();
    give_place();
    error_code ignored;
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    begin(Step::leaving, std::min(time_to_leave, state_.options.request_timeout));
    discard();
}

void HttpConnection::discard() {
    socket_.async_read_some(asio::buffer(received_), [this, self = shared_from_this()](error_code error, std::size_t) {
        if (error)
            close();
        else
            discard();
    });
}

void HttpConnection::give_place() {
    if (std::exchange(has_place_, false)) --state_.served;
}

}  // namespace sociable::monitor
