#pragma once

#include <sociable/engine/connection.hpp>
#include <sociable/engine/engine.hpp>
#include <sociable/errors/source_location.hpp>
#include <sociable/session/events.hpp>
#include <sociable/session/session_options.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <ranges>
#include <string_view>
#include <type_traits>
#include <utility>

namespace sociable {

namespace detail {
class SessionState;

/// Marks a session as used by this thread while it lives, and keeps what it is made of.
/// @throws InvalidRequestError when another thread uses it
class SessionUse {
public:
    explicit SessionUse(std::shared_ptr<SessionState> state);
    SessionUse(const SessionUse&) = delete;
    SessionUse& operator=(const SessionUse&) = delete;
    ~SessionUse();

    /// The connection of the session's transaction, which begins if none has.
    Connection& connection();
    /// What was done on the connection has thrown. When not even the transaction began, it goes back at once.
    void failed() noexcept;

private:
    std::shared_ptr<SessionState> state_;
    bool outermost_;
};

}  // namespace detail

/// One unit of work after the other: the first statement takes a connection and begins a transaction, commit() or
/// rollback() ends it and returns the connection. What was not committed when the session goes is rolled back; its
/// destructor never commits and never throws.
///
/// Object lifetimes: it keeps its engine alive. An outer connection must outlive it.
/// Thread safety: one thread at a time. Two at once get an InvalidRequestError, as far as it is seen.
class Session {
public:
    explicit Session(Engine engine, SessionOptions options = {}, SourceLocation place = SourceLocation::current());
    /// A session on a connection of the caller's. In an outer transaction, join_transaction_mode says what its commit
    /// and rollback mean; without one the session begins and ends transactions as usual. The connection stays open.
    explicit Session(Connection& connection, SessionOptions options = {});
    Session(Session&&) noexcept;
    Session& operator=(Session&& other) noexcept;
    ~Session();

    /// As Connection::execute.
    Result execute(std::string_view sql, std::initializer_list<Parameter> parameters = {});
    Result execute(std::string_view sql, Parameters parameters);
    template <Described T>
    Result execute(std::string_view sql, const T& object) {
        return on_connection([&](Connection& c) { return c.execute(sql, object); });
    }
    /// As Connection::stream.
    Result stream(std::string_view sql, std::initializer_list<Parameter> parameters = {},
                  const StreamOptions& options = {});
    Result stream(std::string_view sql, Parameters parameters, const StreamOptions& options = {});
    /// As Connection::execute_many.
    template <std::ranges::forward_range Rows>
    std::int64_t execute_many(std::string_view sql, Rows&& rows) {
        return on_connection([&](Connection& c) { return c.execute_many(sql, rows); });
    }
    std::int64_t execute_many(std::string_view sql, std::initializer_list<std::initializer_list<Parameter>> rows);
    /// As Connection::execute_many_returning.
    template <std::ranges::forward_range Rows>
    Result execute_many_returning(std::string_view sql, Rows&& rows) {
        return on_connection([&](Connection& c) { return c.execute_many_returning(sql, rows); });
    }
    Result execute_many_returning(std::string_view sql, std::initializer_list<std::initializer_list<Parameter>> rows);
    /// As Connection::insert_many_returning.
    template <std::ranges::forward_range Rows>
    Result insert_many_returning(std::string_view table, Rows&& rows, const std::vector<std::string>& returning,
                                 const InsertOptions& options = {}) {
        return on_connection([&](Connection& c) { return c.insert_many_returning(table, rows, returning, options); });
    }
    Result insert_many_returning(std::string_view table, std::initializer_list<std::initializer_list<Parameter>> rows,
                                 const std::vector<std::string>& returning, const InsertOptions& options = {});
    /// As Connection::insert_many.
    template <std::ranges::forward_range Rows>
    std::int64_t insert_many(std::string_view table, Rows&& rows, const InsertOptions& options = {}) {
        return on_connection([&](Connection& c) { return c.insert_many(table, rows, options); });
    }
    std::int64_t insert_many(std::string_view table, std::initializer_list<std::initializer_list<Parameter>> rows,
                             const InsertOptions& options = {});

    /// Begins a transaction with options of its own; without a call the first statement begins one.
    /// @throws InvalidRequestError when one has begun
    void begin(const TransactionOptions& options);
    /// Runs `f(session)` in a transaction; commits when it returns, rolls back when it throws; returns what it returns.
    template <std::invocable<Session&> F>
    auto begin(F&& f, const TransactionOptions& options = {}) {
        begin(options);
        return run_scope(std::forward<F>(f));
    }
    /// A savepoint in the transaction, which begins if none has.
    Transaction begin_nested();
    /// Runs `f(session)` in a savepoint; releases it when it returns, rolls back to it when it throws.
    template <std::invocable<Session&> F>
    auto begin_nested(F&& f) {
        return detail::run_in(begin_nested(), *this, std::forward<F>(f));
    }
    /// Ends the transaction and returns the connection. Harmless without a transaction.
    /// @throws DatabaseError, PendingRollbackError: rollback() or close() is needed then
    void commit();
    void rollback();
    bool in_transaction() const noexcept;

    /// The connection of the current transaction, which begins if none has. Valid until the transaction ends.
    Connection& connection();
    /// SOCI's own session, inside the transaction. Valid until the transaction ends.
    soci::session& soci();

    /// Closes the connection of the current transaction as dead, and ends the transaction.
    void invalidate();
    /// Rolls back and returns the connection. Closed stays closed. Harmless when closed.
    /// @throws DatabaseError when the rollback finds the connection lost; what a listener throws. It is closed then
    void close();
    bool closed() const noexcept;

private:
    /// Ends the transaction of a function's scope: rolled back unless committed.
    class Scope {
    public:
        explicit Scope(const Session& session) noexcept;
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
        ~Scope();
        void commit();

    private:
        std::shared_ptr<detail::SessionState> state_;  ///< also when the function destroys the session
        std::uint64_t transaction_;
    };

    template <class F>
    auto run_scope(F&& f) {
        Scope scope(*this);
        if constexpr (std::is_void_v<std::invoke_result_t<F, Session&>>) {
            std::invoke(std::forward<F>(f), *this);
            scope.commit();
        } else {
            auto result = std::invoke(std::forward<F>(f), *this);
            scope.commit();
            return result;
        }
    }

    template <class F>
    auto on_connection(F&& f) {
        detail::SessionUse use(state());
        try {
            return f(use.connection());
        } catch (...) {
            use.failed();
            throw;
        }
    }
    const std::shared_ptr<detail::SessionState>& state() const;

    std::shared_ptr<detail::SessionState> state_;
};

}  // namespace sociable
