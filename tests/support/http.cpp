#include "support/http.hpp"

#include "support/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace sociable::test {

namespace {

Socket connected_to(int port) {
    Socket server(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port);
    if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("nobody listens on port " + std::to_string(port));
    return server;
}

std::string lower(std::string_view text) {
    std::string result;
    for (const char c : text) result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

HttpAnswer parsed(std::string_view head) {
    HttpAnswer answer;
    if (!head.starts_with("HTTP/1.1 ")) throw std::runtime_error("no HTTP: " + std::string(head));
    answer.status = std::stoi(std::string(head.substr(9, 3)));
    std::size_t line = head.find("\r\n");
    while (line != head.npos && line + 2 < head.size()) {
        const std::size_t begin = line + 2, colon = head.find(':', begin);
        line = head.find("\r\n", begin);
        if (colon < line)
            answer.headers[lower(head.substr(begin, colon - begin))] = head.substr(colon + 2, line - colon - 2);
    }
    return answer;
}

}  // namespace

HttpResponder::HttpResponder(std::string_view content_type, std::function<std::string()> text)
    : content_type_(content_type), text_(std::move(text)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 16) != 0)
        throw std::runtime_error("the responder can't listen");
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { answer_all(); });
}

HttpResponder::~HttpResponder() {
    stop_ = true;
    thread_.join();
    close(listener_);
}

void HttpResponder::answer_all() {
    while (!stop_) {
        pollfd entry{listener_, POLLIN, 0};
        if (poll(&entry, 1, 5) <= 0) continue;
        const Socket client(accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
        if (!client.read("\r\n\r\n").starts_with("GET ")) continue;
        const std::string text = text_();
        client.write("HTTP/1.1 200 OK\r\nContent-Type: " + content_type_ +
                     "\r\nContent-Length: " + std::to_string(text.size()) + "\r\nConnection: close\r\n\r\n" + text);
    }
}

HttpClient::HttpClient(int port) : socket_(connected_to(port)) {}

std::optional<HttpAnswer> HttpClient::receive(bool has_body) {
    std::size_t end;
    while ((end = received_.find("\r\n\r\n")) == received_.npos)
        if (!socket_.read_some(received_)) return {};
    HttpAnswer answer = parsed(std::string_view(received_).substr(0, end + 2));
    received_.erase(0, end + 4);
    if (!has_body) return answer;
    const std::size_t length = std::stoul(answer.headers.at("content-length"));
    while (received_.size() < length)
        if (!socket_.read_some(received_)) throw std::runtime_error("an answer is cut off");
    answer.body = received_.substr(0, length);
    received_.erase(0, length);
    return answer;
}

HttpAnswer HttpClient::get(const std::string& target, const std::string& headers) {
    send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
    auto answer = receive();
    if (!answer) throw std::runtime_error("no answer to " + target);
    return *answer;
}

bool HttpClient::is_closed() { return received_.empty() && !socket_.read_some(received_); }

void HttpClient::end_sending() { shutdown(socket_, SHUT_WR); }

std::string http_get(int port, const std::string& target) {
    const Socket server = connected_to(port);
    server.write("GET " + target + " HTTP/1.0\r\n\r\n");  // by HTTP/1.1 the answer could come in chunks
    const std::string answer = server.read();
    const auto body = answer.find("\r\n\r\n");
    if (body == answer.npos) throw std::runtime_error("no answer to " + target + ": " + answer);
    return answer.substr(body + 4);
}

std::string percent_encoded(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0)
            encoded += c;
        else
            ((encoded += '%') += "0123456789ABCDEF"[byte >> 4]) += "0123456789ABCDEF"[byte & 15];
    }
    return encoded;
}

}  // namespace sociable::test
