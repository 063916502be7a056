#include "support/http.hpp"

#include "support/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace sociable::test {

namespace {

/// A socket that closes with its scope.
class Socket {
public:
    explicit Socket(int fd) : fd_(fd) {
        if (fd < 0) throw std::runtime_error("no socket");
        const timeval timeout{10, 0};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { close(fd_); }

    operator int() const noexcept { return fd_; }

    /// What the other side sends, until it ends or the text has `end` in it.
    std::string read(std::string_view end = {}) const {
        std::string text;
        std::array<char, 16384> buffer;
        while (end.empty() || text.find(end) == text.npos) {
            const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
            if (got <= 0) break;
            text.append(buffer.data(), static_cast<std::size_t>(got));
        }
        return text;
    }

    void write(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t sent = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

private:
    int fd_;
};

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

std::string http_get(int port, const std::string& target) {
    const Socket server(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port);
    if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("nobody listens on port " + std::to_string(port));
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
