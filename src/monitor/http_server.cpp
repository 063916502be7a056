#include "monitor/http_server.hpp"

#include "log/log.hpp"
#include "monitor/http_connection.hpp"
#include "monitor/http_listener.hpp"
#include "monitor/server_options.hpp"
#include "pool/block_signals.hpp"
#include "pool/fork_epoch.hpp"

#include <pthread.h>
#include <spdlog/logger.h>
#include <unistd.h>
#include <boost/asio/post.hpp>

#include <atomic>
#include <optional>
#include <thread>
#include <utility>

namespace sociable::monitor {

namespace asio = boost::asio;

namespace {

/// Does a context's work until that is stopped.
class ContextThread {
public:
    ContextThread(asio::io_context& context, const char* name) : context_(context), work_(context.get_executor()) {
        const pool::BlockSignals blocked;
        thread_ = std::thread([&context, name] { run(context, name); });
    }
    ContextThread(const ContextThread&) = delete;
    ContextThread& operator=(const ContextThread&) = delete;
    ~ContextThread() {
        context_.stop();
        join();
    }

    void join() {
        if (thread_.joinable()) thread_.join();
    }

private:
    static void run(asio::io_context& context, const char* name) {
        pthread_setname_np(pthread_self(), name);
        while (!context.stopped()) {
            try {
                context.run();
            } catch (const std::exception& e) {  // a connection's work was cut short; its timer ends it
                log::monitor().error("the server of the monitor goes on after: {}", e.what());
            }
        }
    }

    asio::io_context& context_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::thread thread_;
};

}  // namespace

struct HttpServer::Running {
    Running(HttpApplication application, const MonitorServerOptions& options, bool has_token,
            const asio::ip::address& address)
        : state{.application = std::move(application), .options = options, .has_token = has_token},
          listener(state, address),
          port(listener.port()),
          deadline(state.network),
          worker(state.worker, "sociable-answer") {
        listener.start();
        network.emplace(state.network, "sociable-http");
    }

    /// On the network's thread.
    void begin_stop() {
        listener.close();
        state.stopping = true;
        for (HttpConnection* connection : state.connections) connection->finish();
        if (state.connections.empty()) return state.network.stop();
        deadline.expires_after(state.options.request_timeout);
        deadline.async_wait([this](boost::system::error_code) {
            for (HttpConnection* connection : state.connections) connection->close();
            state.network.stop();
        });
    }

    HttpState state;
    HttpListener listener;
    const std::uint16_t port;
    asio::steady_timer deadline;
    ContextThread worker;
    std::optional<ContextThread> network{};
    const Running* older = nullptr;
};

HttpServer::HttpServer(HttpApplication application, const MonitorServerOptions& options, bool has_token)
    : epoch_(pool::fork_epoch()) {
    const asio::ip::address address = checked(options, has_token);
    running_ = std::make_unique<Running>(std::move(application), options, has_token, address);
    host_ = address.is_v6() ? '[' + address.to_string() + ']' : address.to_string();
    port_ = running_->port;
    log::monitor().info("the monitor listens on {}", url());
}

HttpServer::~HttpServer() { stop(); }

std::uint16_t HttpServer::port() const noexcept { return port_; }

std::string HttpServer::url() const { return "http://" + host_ + ':' + std::to_string(port_) + '/'; }

void HttpServer::stop() noexcept {
    std::call_once(stopped_, [this] {
        if (epoch_ != pool::fork_epoch()) return abandon();
        asio::post(running_->state.network, [this] { running_->begin_stop(); });
        running_->network->join();
        running_.reset();
        log::monitor().info("the monitor on {} has stopped", url());
    });
}

/// The child of a fork has none of the threads, and shares the sockets: it closes its own descriptor of the port, and
/// leaves all else as it is.
void HttpServer::abandon() noexcept {
    static std::atomic<const Running*> abandoned{nullptr};  // or it would look like a leak
    close(running_->listener.native_handle());
    running_->older = abandoned.exchange(running_.get());
    static_cast<void>(running_.release());
}

}  // namespace sociable::monitor
