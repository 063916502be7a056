#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sociable::monitor {

/// What is looked at of an HTTP request.
struct HttpRequest {
    std::string method;
    std::string target;               ///< the path, and what follows it
    std::optional<std::string> host;  ///< none from HTTP/1.0 only
    std::string authorization;
    bool keep_alive = true;
};

/// The bytes that were received are no request that can be answered, nor can what follows them.
class HttpError : public std::runtime_error {
public:
    HttpError(int status, const char* text) : std::runtime_error(text), status_(status) {}
    int status() const noexcept { return status_; }

private:
    int status_;
};

/// Makes requests of HTTP/1.0 and HTTP/1.1 out of bytes, in whatever pieces they come.
class HttpRequestReader {
public:
    HttpRequestReader(std::size_t max_header_bytes, std::size_t max_body_bytes);
    HttpRequestReader(const HttpRequestReader&) = delete;
    HttpRequestReader& operator=(const HttpRequestReader&) = delete;
    ~HttpRequestReader();

    void add(std::string_view bytes) { unread_ += bytes; }
    /// Whether there are bytes of a request that next() has not returned yet.
    bool has_begun() const noexcept;
    /// The next request; none until all of it has been added. @throws HttpError, and is of no more use then
    std::optional<HttpRequest> next();

private:
    class Parser;
    std::unique_ptr<Parser> make_parser() const;

    std::size_t max_header_bytes_;
    std::size_t max_body_bytes_;
    std::string unread_;
    std::unique_ptr<Parser> parser_;
};

}  // namespace sociable::monitor
