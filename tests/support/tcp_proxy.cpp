#include "support/tcp_proxy.hpp"

#include "support/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string_view>

namespace sociable::test {

namespace {

using namespace std::chrono_literals;

bool is_readable(int socket, int milliseconds) {
    pollfd entry{socket, POLLIN, 0};
    return poll(&entry, 1, milliseconds) > 0;
}

bool send_all(int socket, const char* data, std::size_t size) {
    while (size > 0) {
        const ssize_t sent = send(socket, data, size, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        data += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

}  // namespace

struct TcpProxy::Link {
    int client = -1;
    int server = -1;
    std::int64_t left = -1;  ///< bytes that the server may still send; below zero: any
    std::atomic<bool> ended{false};
    std::atomic<bool> done{false};
    std::thread thread;
};

TcpProxy::TcpProxy(int target) : target_(target) {
    listen();
    thread_ = std::thread([this] { take_connections(); });
}

TcpProxy::~TcpProxy() {
    stop_ = true;
    thread_.join();
    refuse();
    reap(true);
}

void TcpProxy::listen() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address = loopback(port_);
    socklen_t size = sizeof address;
    if (bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(socket, 128) != 0)
        throw std::runtime_error("the proxy can't listen");
    getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    listener_ = socket;
}

void TcpProxy::refuse() {
    if (const int socket = listener_.exchange(-1); socket >= 0) close(socket);
}

void TcpProxy::accept() { listen(); }

void TcpProxy::take_connections() {
    while (!stop_) {
        const int listener = listener_;
        if (listener < 0 || !is_readable(listener, 5)) {
            if (listener < 0) std::this_thread::sleep_for(1ms);
            continue;
        }
        const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) continue;
        reap(false);
        const std::lock_guard lock(mutex_);
        Link& link = links_.emplace_back();
        link.client = client;
        link.left = cut_after;
        link.thread = std::thread([this, &link] { carry(link); });
    }
}

void TcpProxy::carry(Link& link) {
    const int yes = 1;
    setsockopt(link.client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    while (black_hole && !link.ended && !stop_) std::this_thread::sleep_for(1ms);
    link.server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(target_);
    bool open = connect(link.server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    setsockopt(link.server, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    while (open && !link.ended && !stop_) {
        if (black_hole) {
            std::this_thread::sleep_for(1ms);
            continue;
        }
        std::array<pollfd, 2> sockets{pollfd{link.client, POLLIN, 0}, pollfd{link.server, POLLIN, 0}};
        if (poll(sockets.data(), sockets.size(), 5) <= 0) continue;
        if (sockets[0].revents != 0) open = pass(link, link.client, link.server, false);
        if (open && sockets[1].revents != 0) open = pass(link, link.server, link.client, true);
    }
    close(link.client);
    close(link.server);
    link.done = true;
}

bool TcpProxy::pass(Link& link, int from, int to, bool from_server) {
    std::array<char, 16384> buffer;
    const ssize_t got = recv(from, buffer.data(), trickle ? 1 : buffer.size(), 0);
    if (got <= 0) return false;
    auto size = static_cast<std::size_t>(got);
    if (trickle) std::this_thread::sleep_for(1ms);
    if (delay.load() > 0ms) std::this_thread::sleep_for(delay.load());
    bool last = false;
    if (from_server && link.left >= 0) {
        if (static_cast<std::int64_t>(size) >= link.left) {
            size = static_cast<std::size_t>(link.left);
            last = true;
        }
        link.left -= static_cast<std::int64_t>(size);
    }
    if (!from_server && cut != Cut::off &&
        std::string_view(buffer.data(), size).find(cut_at) != std::string_view::npos) {
        if (cut == Cut::before) return false;
        last = true;
    }
    if (from_server && corrupt)
        for (std::size_t i = size / 2; i < size; i += 7) buffer[i] = static_cast<char>(buffer[i] ^ 0x5a);
    const bool sent = send_all(to, buffer.data(), size);
    // What was passed on is still answered, and the answer lost.
    if (last && !from_server) is_readable(to, 5000);
    return sent && !last;
}

void TcpProxy::close_all() {
    const std::lock_guard lock(mutex_);
    for (Link& link : links_) link.ended = true;
}

void TcpProxy::reap(bool all) {
    const std::lock_guard lock(mutex_);
    links_.remove_if([all](Link& link) {
        if (all) link.ended = true;
        if (!all && !link.done) return false;
        link.thread.join();
        return true;
    });
}

}  // namespace sociable::test
