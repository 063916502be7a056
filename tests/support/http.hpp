#pragma once

#include <atomic>
#include <functional>
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

/// The body of the answer to GET, of a server on the loopback interface, whatever its status.
/// @throws std::runtime_error when there is none
std::string http_get(int port, const std::string& target);

/// For a value in a query.
std::string percent_encoded(std::string_view text);

}  // namespace sociable::test
