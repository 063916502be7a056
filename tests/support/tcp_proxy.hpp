#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace sociable::test {

/// Stands between client and server on the loopback interface, and does to their bytes what networks do. Every setting
/// may be changed at any time, by any thread; it holds for connections that exist as well, unless it says otherwise.
class TcpProxy {
public:
    /// Listens on a free port, and connects to `target` for each connection it takes.
    explicit TcpProxy(int target);
    TcpProxy(const TcpProxy&) = delete;
    TcpProxy& operator=(const TcpProxy&) = delete;
    ~TcpProxy();

    int port() const noexcept { return port_; }
    void set_target(int port) noexcept { target_ = port; }

    /// Connections are refused, or taken again on the same port.
    void refuse();
    void accept();
    /// Ends every connection, in the middle of what it is doing.
    void close_all();

    std::atomic<bool> black_hole{false};                                         ///< takes bytes and passes none on
    std::atomic<std::chrono::milliseconds> delay{std::chrono::milliseconds(0)};  ///< of each piece
    std::atomic<bool> trickle{false};         ///< one byte at a time, a thousand in a second
    std::atomic<std::int64_t> cut_after{-1};  ///< bytes from the server, of each new connection
    std::atomic<bool> corrupt{false};         ///< turns bits of what the server says
    /// Ends the connection on which the client sends this, after passing it on or before. Set before it is enabled.
    std::string cut_at;
    enum class Cut { off, before, after };
    std::atomic<Cut> cut{Cut::off};

private:
    struct Link;

    void listen();
    void take_connections();
    void carry(Link& link);
    bool pass(Link& link, int from, int to, bool from_server);
    void reap(bool all);

    std::atomic<int> target_;
    int port_ = 0;
    std::atomic<int> listener_{-1};
    std::atomic<bool> stop_{false};
    std::mutex mutex_;
    std::list<Link> links_;
    std::thread thread_;
};

}  // namespace sociable::test
