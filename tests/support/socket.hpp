#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace sociable::test {

/// A socket that closes with its scope. Reading ends after 20 s without a byte.
class Socket {
public:
    explicit Socket(int fd) : fd_(fd) {
        if (fd < 0) throw std::runtime_error("no socket");
        const timeval timeout{20, 0};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    }
    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Socket& operator=(Socket&&) = delete;
    ~Socket() {
        if (fd_ >= 0) close(fd_);
    }

    operator int() const noexcept { return fd_; }

    /// Adds what the other side sends next. False when it has closed, or reset the connection, or sends nothing.
    bool read_some(std::string& text) const {
        std::array<char, 16384> buffer;
        const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
        if (got <= 0) return false;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        return true;
    }

    /// What the other side sends, until it ends or the text has `end` in it.
    std::string read(std::string_view end = {}) const {
        std::string text;
        while ((end.empty() || text.find(end) == text.npos) && read_some(text)) {
        }
        return text;
    }

    /// False when the other side takes no more.
    bool write(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t sent = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

private:
    int fd_;
};

}  // namespace sociable::test
