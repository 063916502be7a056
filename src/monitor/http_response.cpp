#include "monitor/http_response.hpp"

namespace sociable::monitor {

namespace {

std::string_view reason_of(int status) {
    switch (status) {
        case 200: return "OK";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 411: return "Length Required";
        case 413: return "Content Too Large";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 503: return "Service Unavailable";
        default: return "";
    }
}

// For a page that is one file, with its script and style inside, and that fetches figures from where it came from: it
// can load nothing else, send nothing elsewhere, and be framed by nobody.
constexpr std::string_view page_policy =
    "Content-Security-Policy: default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n";

}  // namespace

std::string head_of(const MonitorResponse& response, bool keep_alive) {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ';
    head += reason_of(response.status);
    head += "\r\nContent-Type: " + response.content_type;
    head += "\r\nContent-Length: " + std::to_string(response.body.size());
    head += "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: ";
    head += keep_alive ? "keep-alive\r\n" : "close\r\n";
    if (response.content_type.starts_with("text/html")) head += page_policy;
    for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
    return head += "\r\n";
}

MonitorResponse error_response(int status, std::string_view text) {
    return {.status = status, .body = "{\"error\":\"" + std::string(text) + "\"}"};
}

}  // namespace sociable::monitor
