#pragma once

#include <sociable/engine/connect_options.hpp>
#include <sociable/engine/connection.hpp>
#include <sociable/engine/events.hpp>
#include <sociable/engine/options.hpp>
#include <sociable/engine/retry_options.hpp>
#include <sociable/errors/source_location.hpp>
#include <sociable/events/event_hub.hpp>
#include <sociable/pool/pool.hpp>
#include <sociable/url/url.hpp>

#include <chrono>
#include <concepts>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace sociable {

namespace detail {
class EngineState;
class SessionState;
}  // namespace detail

/// The way to one database: a URL, a pool of connections, listeners. Made by create_engine(), usually once per database
/// and process.
///
/// Object lifetimes: a cheap handle; copies share everything. Connections in use when the last handle goes stay usable.
/// After fork() the child works with connections of its own.
/// Thread safety: every member may be called by several threads at once.
class Engine {
public:
    explicit Engine(std::shared_ptr<detail::EngineState> state, ConnectOptions options = {}) noexcept;
    Engine(const Engine&) = default;  // moving copies, so that no handle is ever empty
    Engine& operator=(const Engine&) = default;

    /// Borrows a connection. `place` is what errors about connections in use tell.
    /// @throws TimeoutError, QueueFullError, DatabaseError when none can be opened
    Connection connect(const ConnectOptions& options, SourceLocation place = SourceLocation::current());
    Connection connect(SourceLocation place = SourceLocation::current());

    /// Runs `f(connection)` in a transaction of a connection of its own: commits when it returns, rolls back when it
    /// throws, and returns the connection. Returns what `f` returns.
    template <std::invocable<Connection&> F>
    auto begin(F&& f, const TransactionOptions& options = {}, SourceLocation place = SourceLocation::current()) {
        Connection connection = connect(place);
        if constexpr (std::is_void_v<std::invoke_result_t<F, Connection&>>) {
            connection.begin(std::forward<F>(f), options);
            connection.close();
        } else {
            auto result = connection.begin(std::forward<F>(f), options);
            connection.close();
            return result;
        }
    }

    /// As begin(), and when the transaction fails for a reason that may pass - a serialization failure, a deadlock, a
    /// busy database, a connection lost or not to be had - runs all of `f` again in a new one, after a pause. So `f`
    /// must bear to run several times: what it does outside the database is done each time. It must not commit midway,
    /// by `c.commit()` or by SQL: what it had committed would be done again with the rest. A transaction of which
    /// nobody knows whether it was committed is not run again.
    /// @throws CommitOutcomeUnknown; what the last attempt threw; TimeoutError when no connection came free;
    /// InvalidRequestError with AUTOCOMMIT, which has no transaction to repeat; ArgumentError for wrong options
    template <std::invocable<Connection&> F>
    auto run_transaction(F&& f, const RetryOptions& retry = {}, const TransactionOptions& options = {},
                         SourceLocation place = SourceLocation::current()) {
        using Result = std::invoke_result_t<F, Connection&>;
        if constexpr (std::is_void_v<Result>) {
            run_repeatedly(std::ref(f), retry, options, place);
        } else {
            static_assert(!std::is_reference_v<Result>,
                          "sociable: what f returns outlives its transaction; return it by value");
            std::optional<Result> result;
            run_repeatedly([&](Connection& connection) { result.emplace(f(connection)); }, retry, options, place);
            return std::move(*result);
        }
    }

    /// The same engine, of which connections have these options. SQLAlchemy's `execution_options`.
    Engine with(ConnectOptions options) const;

    const Url& url() const noexcept;
    const std::string& name() const noexcept;
    /// What it was made with, and the defaults of what was left out; what means nothing to its pool or its database
    /// stays empty. Pool::resize() changes nothing here.
    const EngineOptions& options() const noexcept;
    /// "postgresql", "mysql" or "sqlite".
    std::string_view dialect_name() const noexcept;
    /// The name in the quotes that the database wants around identifiers.
    std::string quote_identifier(std::string_view name) const;
    Pool pool() const;

    /// Listens to this engine: its pool, its connections, its sessions. Listeners to the process run before, listeners
    /// to the pool after.
    template <class E, class F>
    Subscription listen(F&& listener, ListenOptions options = {}) {
        return hub().listen<E>(std::forward<F>(listener), options);
    }

    /// Closes the idle connections now, and those in use when they are returned; checkouts that wait get a
    /// ResourceClosedError. The engine stays usable and opens new connections.
    void dispose();
    /// As dispose(), then waits until the connections in use are back. False when they aren't after `drain_timeout`.
    bool dispose(std::chrono::milliseconds drain_timeout);

private:
    friend class detail::SessionState;
    EventHub& hub() const noexcept;
    void run_repeatedly(const std::function<void(Connection&)>& f, const RetryOptions& retry,
                        const TransactionOptions& options, SourceLocation place);

    std::shared_ptr<detail::EngineState> state_;
    ConnectOptions options_;
};

/// Makes an engine. Nothing is opened, unless `connect_now` or `warm_up` ask for it.
/// @throws ArgumentError when the URL or an option is wrong, or means nothing to the database or the pool
Engine create_engine(const Url& url, const EngineOptions& options = {});
Engine create_engine(std::string_view url, const EngineOptions& options = {});

/// Prints the URL without its password.
std::ostream& operator<<(std::ostream& out, const Engine& engine);

}  // namespace sociable
