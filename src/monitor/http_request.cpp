#include "monitor/http_request.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <utility>

namespace sociable::monitor {

namespace http = boost::beast::http;

namespace {

[[noreturn]] void raise_problem(const boost::system::error_code& error) {
    if (error == http::error::header_limit) throw HttpError(431, "the request's headers are too long");
    if (error == http::error::body_limit) throw HttpError(413, "the request's body is too long");
    throw HttpError(400, "this is no valid HTTP request");
}

[[noreturn]] void refuse_unknown_length() { throw HttpError(411, "a request's body must have a Content-Length"); }

/// What a proxy is sent names the host in the target, where it counts for more than the header.
void split_absolute_form(HttpRequest& request) {
    constexpr std::string_view scheme = "http://";
    if (!request.target.starts_with(scheme)) return;
    const auto path = std::min(request.target.find_first_of("/?", scheme.size()), request.target.size());
    request.host = request.target.substr(scheme.size(), path - scheme.size());
    request.target.erase(0, path);
    if (!request.target.starts_with('/')) request.target.insert(0, "/");
}

HttpRequest checked(const http::request<http::string_body>& message) {
    if (message.version() != 10 && message.version() != 11)
        throw HttpError(400, "only HTTP/1.0 and HTTP/1.1 are spoken");
    // Proxies and this parser may not agree on which codings leave how long a body.
    if (message.count(http::field::transfer_encoding) != 0) refuse_unknown_length();
    const auto hosts = message.count(http::field::host);
    if (hosts > 1 || (hosts == 0 && message.version() == 11))
        throw HttpError(400, "a request must have one Host header");
    HttpRequest request{.method = std::string(message.method_string()),
                        .target = std::string(message.target()),
                        .host = {},
                        .authorization = std::string(message[http::field::authorization]),
                        .keep_alive = message.keep_alive()};
    if (hosts == 1) request.host = std::string(message[http::field::host]);
    split_absolute_form(request);
    return request;
}

}  // namespace

class HttpRequestReader::Parser : public http::request_parser<http::string_body> {};

HttpRequestReader::HttpRequestReader(std::size_t max_header_bytes, std::size_t max_body_bytes)
    : max_header_bytes_(max_header_bytes), max_body_bytes_(max_body_bytes), parser_(make_parser()) {}

HttpRequestReader::~HttpRequestReader() = default;

std::unique_ptr<HttpRequestReader::Parser> HttpRequestReader::make_parser() const {
    auto parser = std::make_unique<Parser>();
    parser->header_limit(static_cast<std::uint32_t>(max_header_bytes_));
    parser->body_limit(max_body_bytes_);
    return parser;
}

bool HttpRequestReader::has_begun() const noexcept { return !unread_.empty() || parser_->got_some(); }

std::optional<HttpRequest> HttpRequestReader::next() {
    while (!parser_->is_done()) {
        if (unread_.empty()) return {};
        boost::system::error_code error;
        const std::size_t used = parser_->put(boost::asio::buffer(unread_), error);
        unread_.erase(0, used);
        if (error == http::error::need_more) return {};
        if (error) raise_problem(error);
        // Nobody needs them here, and the parser sets no limit to what comes with a chunk besides its bytes.
        if (parser_->chunked()) refuse_unknown_length();
    }
    HttpRequest request = checked(parser_->get());
    parser_ = make_parser();
    return request;
}

}  // namespace sociable::monitor
