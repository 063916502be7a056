#pragma once

#include "monitor/http_request.hpp"
#include "monitor/http_state.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <memory>

namespace sociable::monitor {

/// A client's connection: receives a request, asks for its answer, sends that, one request after the other. Each step
/// has request_timeout. It lives for as long as something is under way. For the network's thread.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
public:
    HttpConnection(HttpState& state, boost::asio::ip::tcp::socket socket);
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;
    ~HttpConnection();

    void serve();
    /// Says that there are too many, and closes.
    void refuse();
    /// Sends an answer that is under way, and closes.
    void finish();
    void close();

private:
    enum class Step { idle, receiving, answering, sending, leaving, closed };
    /// A request that another thread answers.
    struct Question {
        HttpRequest request;
        std::atomic<bool> given_up = false;
    };

    void begin(Step step);
    void begin(Step step, std::chrono::milliseconds timeout);
    void timed_out();

    void next_request();
    void take_request();
    void receive();
    void answer(HttpRequest request);
    void answered(const std::shared_ptr<Question>& question, MonitorResponse response);
    void give_up();
    void send(MonitorResponse response);
    void send_last(MonitorResponse response);
    void leave();
    void discard();
    void give_place();

    HttpState& state_;
    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer timer_;
    Step step_ = Step::idle;
    bool is_late_ = false;
    bool has_place_ = false;
    bool keep_alive_ = true;
    bool head_only_ = false;
    std::array<char, 4096> received_;
    HttpRequestReader reader_;
    std::shared_ptr<Question> question_;
    std::string head_;
    std::string body_;
};

}  // namespace sociable::monitor
