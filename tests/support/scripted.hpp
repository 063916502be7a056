#pragma once

#include "engine/engine_state.hpp"

#include <sociable/sociable.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sociable::test {

/// A function that may be replaced while other threads call it; they finish with the one they began with.
template <class... Args>
class Hook {
public:
    template <class F>
    Hook& operator=(F f) {
        auto next = std::make_shared<const std::function<void(Args...)>>(std::move(f));
        const std::lock_guard lock(mutex_);
        function_.swap(next);
        return *this;
    }
    void operator()(Args... args) const {
        std::shared_ptr<const std::function<void(Args...)>> function;
        {
            const std::lock_guard lock(mutex_);
            function = function_;
            ++running_;
        }
        const struct Leave {
            const Hook& hook;
            ~Leave() {
                const std::lock_guard lock(hook.mutex_);
                --hook.running_;
                hook.left_.notify_all();
            }
        } leave{*this};
        if (function) (*function)(args...);
    }
    /// Returns when no thread is in it.
    void clear() {
        std::unique_lock lock(mutex_);
        function_.reset();
        left_.wait(lock, [this] { return running_ == 0; });
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable left_;
    mutable int running_ = 0;
    std::shared_ptr<const std::function<void(Args...)>> function_;
};

/// A database that does what a test tells it, for faults that real ones can't be made to have. Shared by the test and
/// all connections. The hooks may throw.
struct Script {
    // Called at each of these, before it is counted and recorded.
    Hook<> on_connect;
    Hook<> on_ping;
    Hook<const std::string&> on_run;      ///< BEGIN, SAVEPOINT, ...
    Hook<const std::string&> on_execute;  ///< statements
    /// What an open transaction looks like after an error in it.
    bool errors_fail_transaction = false;

    std::atomic<int> connects{0};
    std::atomic<int> closes{0};
    std::atomic<int> pings{0};
    std::atomic<bool> looks_alive{true};
    std::atomic<bool> limits_answers{false};
    /// So many connections, the first ones, lead to a server that is a standby by now.
    std::atomic<int> replicas{0};

    /// What the connections were told: BEGIN, COMMIT, ROLLBACK, SAVEPOINT x, statements.
    std::vector<std::string> sql() const;
    void record(const std::string& text);
    void forget();

    int open() const { return connects - closes; }

    /// The time that the pool sees; real time plus this.
    std::atomic<std::chrono::milliseconds> clock_offset{std::chrono::milliseconds(0)};

private:
    mutable std::mutex mutex_;
    std::vector<std::string> sql_;
};

/// Ends what the pool's threads may call, before the end of what it refers to: a connect that is under way outlives its
/// engine. Declared after that, before the hooks are set.
class HookScope {
public:
    explicit HookScope(std::shared_ptr<Script> script) : script_(std::move(script)) {}
    HookScope(const HookScope&) = delete;
    HookScope& operator=(const HookScope&) = delete;
    ~HookScope() {
        script_->on_connect.clear();
        script_->on_ping.clear();
    }

private:
    std::shared_ptr<Script> script_;
};

/// An engine on a scripted database. Every SELECT gives one row, column "value", integer 1.
Engine scripted_engine(const std::shared_ptr<Script>& script, const EngineOptions& options = {});

/// What is behind such an engine.
std::shared_ptr<detail::EngineState> scripted_state(const std::shared_ptr<Script>& script,
                                                    const EngineOptions& options);

/// What a server that went away makes its connections throw.
[[noreturn]] void throw_disconnect();
/// An error that is none.
[[noreturn]] void throw_syntax_error();

}  // namespace sociable::test
