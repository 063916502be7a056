#pragma once

#include <sociable/dialect/transaction_options.hpp>
#include <sociable/engine/described.hpp>
#include <sociable/engine/insert_options.hpp>
#include <sociable/engine/parameter.hpp>
#include <sociable/engine/parameter_rows.hpp>
#include <sociable/engine/result.hpp>
#include <sociable/engine/stream_options.hpp>
#include <sociable/engine/transaction.hpp>
#include <sociable/pool/events.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace soci {
class session;
}

namespace sociable {

using Parameters = std::span<const Parameter>;

namespace detail {
class BorrowedConnection;
class SessionState;
}  // namespace detail

/// A connection borrowed from an engine's pool. The first statement begins a transaction, which lasts until commit() or
/// rollback(); closing rolls back what was not committed and returns the connection. SQLAlchemy's "commit as you go".
///
/// Object lifetimes: it keeps its pool alive. Results and transactions made by it may outlive it, but are ended.
/// Thread safety: one thread at a time.
class Connection {
public:
    explicit Connection(std::shared_ptr<detail::ConnectionState> state) noexcept;
    Connection(Connection&&) noexcept = default;
    Connection& operator=(Connection&& other) noexcept;
    ~Connection();

    /// Runs one statement. Every `:name` outside quotes and comments takes the value of that name; `\:` is a colon.
    /// @throws ArgumentError when a value is missing or left over; DatabaseError; PendingRollbackError
    Result execute(std::string_view sql, std::initializer_list<Parameter> parameters = {});
    Result execute(std::string_view sql, Parameters parameters);
    /// The values are the members of a described struct; those that the statement doesn't name are ignored.
    template <Described T>
    Result execute(std::string_view sql, const T& object) {
        std::vector<Parameter> parameters;
        detail::append_parameters(object, parameters);
        return run(sql, parameters, Spare::ignored);
    }

    /// As execute, but the rows come while they are read: for results larger than memory. Read or close the result
    /// before the transaction ends.
    ///
    /// PostgreSQL reads it by a cursor, in batches, and other statements may run on the connection in between; that is
    /// two more round trips, and a plan for the first rows to come soon. Rows that are not fetched are not made, nor
    /// what a function in the statement does for them; soci() loads all that is left. Without a transaction
    /// (AUTOCOMMIT), for what is no plain SELECT, VALUES or TABLE (FOR UPDATE and RETURNING aren't), on MariaDB without
    /// `yield_per`, and always on SQLite, rows are received one by one: the next statement on the connection then loads
    /// those that are left into memory first; and where they come from a server, closing the result in a transaction
    /// skips over all of them.
    Result stream(std::string_view sql, std::initializer_list<Parameter> parameters = {},
                  const StreamOptions& options = {});
    Result stream(std::string_view sql, Parameters parameters, const StreamOptions& options = {});

    /// Runs one statement for each row of values, and returns how many rows were affected in all. An error tells the
    /// index of its row, or, when no row is to blame, from which one on it came; roll back to undo those before it. A
    /// row is a described struct, or a range of Parameter. Many rows are sent at once where the database allows it.
    ///
    /// The rows, and what a Codec of yours gives for them, must stay as they are until the call returns. A view that
    /// makes its rows is read to the end first, and they are kept; one that refers to rows is read as they are sent,
    /// some thousand at a time. What it calls may use this connection, but neither end it nor its transaction. A
    /// Parameter only refers to its text or bytes: a view that makes those with the row makes structs instead.
    template <std::ranges::forward_range Rows>
    std::int64_t execute_many(std::string_view sql, Rows&& rows) {
        return run_many(sql, detail::parameter_rows(rows));
    }
    std::int64_t execute_many(std::string_view sql, std::initializer_list<std::initializer_list<Parameter>> rows) {
        return run_many(sql, detail::parameter_rows(rows));
    }

    /// As execute_many, of a statement that has RETURNING: the rows of each, in the order of the rows given. They all
    /// are here when it returns. Without rows to execute it for, the result has no columns. MariaDB runs the statement
    /// for one row after the other; insert_many_returning is about ten times faster there.
    template <std::ranges::forward_range Rows>
    Result execute_many_returning(std::string_view sql, Rows&& rows) {
        return run_many_returning(sql, detail::parameter_rows(rows));
    }
    Result execute_many_returning(std::string_view sql, std::initializer_list<std::initializer_list<Parameter>> rows) {
        return run_many_returning(sql, detail::parameter_rows(rows));
    }

    /// Inserts rows into a table, the fastest way that the database has, and returns how many. A row is a described
    /// struct, whose members are the columns, or a range of Parameter, the first of which names them for all.
    ///
    /// Names are put in quotes as they are, which on PostgreSQL means lower case unless the table was created in
    /// quotes; a dot divides schema and table. All rows are inserted or none, in one transaction of their own at
    /// AUTOCOMMIT; an error tells the index of its row. Those that a trigger leaves out are not counted. In a table
    /// that takes no part in transactions (MyISAM) rows stay after an error, which tells among which rows it was.
    ///
    /// Listeners are told of an INSERT with the values :v1, :v2, ... and may change it, which costs speed. For what
    /// must stay until the call returns, see execute_many.
    /// @throws ArgumentError when a row has other columns than the first; DatabaseError; PendingRollbackError
    template <std::ranges::forward_range Rows>
    std::int64_t insert_many(std::string_view table, Rows&& rows, const InsertOptions& options = {}) {
        return insert_rows(table, detail::parameter_rows(rows), options);
    }
    std::int64_t insert_many(std::string_view table, std::initializer_list<std::initializer_list<Parameter>> rows,
                             const InsertOptions& options = {}) {
        return insert_rows(table, detail::parameter_rows(rows), options);
    }
    /// As insert_many, and gives columns of the rows inserted, such as generated keys, in the order of the rows given.
    /// @throws NotSupportedError where the database has no RETURNING: SQLite before 3.35, MariaDB before 10.5, MySQL
    template <std::ranges::forward_range Rows>
    Result insert_many_returning(std::string_view table, Rows&& rows, const std::vector<std::string>& returning,
                                 const InsertOptions& options = {}) {
        return insert_rows_returning(table, detail::parameter_rows(rows), returning, options);
    }
    Result insert_many_returning(std::string_view table, std::initializer_list<std::initializer_list<Parameter>> rows,
                                 const std::vector<std::string>& returning, const InsertOptions& options = {}) {
        return insert_rows_returning(table, detail::parameter_rows(rows), returning, options);
    }

    /// Begins a transaction; nothing is sent before its first statement.
    /// @throws InvalidRequestError when one has begun, by this or by a statement
    Transaction begin(const TransactionOptions& options = {});
    /// Runs `f(connection)` in a transaction; commits when it returns, rolls back when it throws; returns what it
    /// returns.
    template <std::invocable<Connection&> F>
    auto begin(F&& f, const TransactionOptions& options = {}) {
        return detail::run_in(begin(options), *this, std::forward<F>(f));
    }
    /// Sets a savepoint in the transaction, which begins if none has.
    Transaction begin_nested();
    /// Runs `f(connection)` in a savepoint; releases it when it returns, rolls back to it when it throws.
    template <std::invocable<Connection&> F>
    auto begin_nested(F&& f) {
        return detail::run_in(begin_nested(), *this, std::forward<F>(f));
    }
    /// Ends the transaction, if there is one. @throws PendingRollbackError when it has failed; DatabaseError
    void commit();
    void rollback();
    bool in_transaction() const noexcept;
    bool in_nested_transaction() const noexcept;

    /// The level of the coming transactions, until the connection is returned.
    /// @throws InvalidRequestError inside a transaction; ArgumentError when the database hasn't got it
    void set_isolation_level(IsolationLevel level);
    /// The level that was set here or on the engine, if one was.
    std::optional<IsolationLevel> isolation_level() const noexcept;

    /// SOCI's own session, inside this connection's transaction, which begins if none has. Valid until the connection
    /// is closed or invalidated. What SOCI throws is not translated. Not to be reconnected: that is the pool's work.
    soci::session& soci();
    /// Of the engine: "postgresql", "mysql" or "sqlite".
    std::string_view dialect_name() const;
    /// What users attach to the connection itself: kept over checkouts, empty on a new connection.
    Info& info();
    /// Counts the connections that the pool has opened.
    std::uint64_t connection_id() const;

    /// Closes the connection itself, as dead; the next use opens another. In a transaction, rollback() comes first.
    void invalidate(std::exception_ptr error = nullptr);
    /// Closes the connection itself when it is returned.
    void soft_invalidate(std::exception_ptr error = nullptr);
    bool invalidated() const noexcept;
    /// Takes the connection out of the pool: it is this object's own, and closed at its end.
    void detach();

    /// Rolls back what was not committed and returns the connection to the pool. Harmless when closed.
    /// @throws what a rollback or checkin listener throws, after the connection is back
    void close();
    bool closed() const noexcept;

private:
    friend class detail::BorrowedConnection;
    friend class detail::SessionState;
    enum class Spare { refused, ignored };  ///< values that the statement doesn't name

    Result run(std::string_view sql, Parameters parameters, Spare spare);
    std::int64_t run_many(std::string_view sql, const detail::ParameterRows& rows);
    Result run_many_returning(std::string_view sql, const detail::ParameterRows& rows);
    Result insert_rows_returning(std::string_view table, const detail::ParameterRows& rows,
                                 const std::vector<std::string>& returning, const InsertOptions& options);
    std::int64_t insert_rows(std::string_view table, const detail::ParameterRows& rows, const InsertOptions& options);
    /// Shared for the time of a call, in which a listener may destroy this object.
    std::shared_ptr<detail::ConnectionState> state() const;
    /// Forgets the connection without closing it.
    void release() noexcept { state_.reset(); }

    std::shared_ptr<detail::ConnectionState> state_;
};

}  // namespace sociable
