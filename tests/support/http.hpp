#pragma once

#include "support/socket.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace sociable::test {

/// Answers every HTTP request with one text, on a free port of the loopback interface, one request after the other.
class HttpResponder {
public:
    HttpResponder(std::string_view content_type, std::function<std::string()> text);
    HttpResponder(const HttpResponder&) = delete;
    HttpResponder& operator=(const HttpResponder&) = delete;
    ~HttpResponder();

    int port() const noexcept { return port_; }

private:
    void answer_all();

    std::string content_type_;
    std::function<std::string()> text_;
    int listener_ = -1;
    int port_ = 0;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

/// What a server sent.
struct HttpAnswer {
    int status = 0;
    std::map<std::string, std::string> headers{};  ///< names in lower case
    std::string body{};
};

/// A connection to a server on the loopback interface, which takes whatever a test wants to send.
class HttpClient {
public:
    explicit HttpClient(int port);

    /// False when the server takes no more.
    bool send(std::string_view bytes) { return socket_.write(bytes); }
    void end_sending();
    /// The next answer; none when the server closes instead. The answer to HEAD has no body.
    std::optional<HttpAnswer> receive(bool has_body = true);
    /// Sends a request, with header lines of one's own, each with its end, and returns the answer.
    /// @throws std::runtime_error when there is none
    HttpAnswer get(const std::string& target, const std::string& headers = {});
    /// Waits until the server closes. False when it sends something instead, or nothing.
    bool is_closed();

    const Socket& socket() const noexcept { return socket_; }
    /// For reading what comes as it is.
    Socket take() && { return std::move(socket_); }

private:
    Socket socket_;
    std::string received_;
};

/// The body of the answer to GET, of a server on the loopback interface, whatever its status.
/// @throws std::runtime_error when there is none
std::string http_get(int port, const std::string& target);

/// For a value in a query.
std::string percent_encoded(std::string_view text);

}  // namespace sociable::test
