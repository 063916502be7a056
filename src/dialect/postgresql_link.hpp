#pragma once

#include "dialect/driver.hpp"

#include <libpq-fe.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sociable::dialect {

struct ClearResult {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using PostgresqlResult = std::unique_ptr<PGresult, ClearResult>;

/// What has happened on the socket, of poll()'s events; 0 when nothing has within the time.
short socket_events(PGconn* connection, std::chrono::milliseconds time) noexcept;

/// libpq's connection, borrowed, with its answers awaited and its errors thrown. One thread at a time.
class PostgresqlLink {
public:
    explicit PostgresqlLink(PGconn* connection) noexcept : connection_(connection) {}

    PGconn* native() const noexcept { return connection_; }
    /// libpq takes null for a connection that is lost.
    void session_closed() noexcept { connection_ = nullptr; }
    TransactionState transaction_state() const noexcept;

    /// What PQsend... returned. @throws DatabaseError when it has sent nothing
    void check_sent(int sent);
    /// The next result, or null when the connection is free again. After an error it reads on until the connection is.
    /// @throws DatabaseError for an error, and for a COPY, which is ended
    PostgresqlResult next();
    /// The last of all results that are due. @throws as next()
    PostgresqlResult receive();
    /// Sends SQL without values, of one or several statements, and receives, within the limit if there is one.
    PostgresqlResult run(const std::string& sql);
    /// Sends a COPY FROM STDIN, whose rows come next. @throws DatabaseError when it is refused
    void begin_copy(const std::string& sql);
    /// How long run() waits for an answer; none: any time.
    void limit_answers(std::optional<std::chrono::milliseconds> limit) noexcept { limit_ = limit; }
    /// Waits until a result can be received without waiting. @throws DatabaseError, a disconnect, when none came in
    /// time
    void await_answer(std::chrono::milliseconds limit);

    /// Keeps a BEGIN back for run_with_begin() or begin_now(), one of which comes next: sent with the first statement
    /// it costs a short transaction no round trip of its own. From here on a transaction is open.
    void begin_late(std::string sql) noexcept { late_begin_ = std::move(sql); }
    bool begin_is_late() const noexcept { return !late_begin_.empty(); }
    void begin_now();
    /// Sends it together with what `send` sends, one statement, and receives that one's last result. @throws as next()
    PostgresqlResult run_with_begin(const std::function<void()>& send);
    LateBegin end_late_begin() noexcept;

    /// Ends the connection, whose state isn't known any more.
    void give_up() noexcept;

    /// Drops what is still due. `cancel`: first asks the server to stop, unless all of it has arrived already.
    void drain(bool cancel) noexcept;

    /// A name that no other prepared statement of the connection has.
    std::string new_name();
    /// Leaves the name of a prepared statement to deallocate_waiting(). No round trip: a destructor calls it, and often
    /// the connection closes next.
    void deallocate_later(std::string name) noexcept;
    /// Deallocates what waits for it, unless a transaction is open, which a failure would abort.
    void deallocate_waiting() noexcept;
    /// Forgets what waits, which the server has dropped on its own.
    void forget_waiting() noexcept {
        waiting_.clear();
        begin_names_.clear();
    }

    /// Counts the statements of this connection that changed tables or types: what was prepared before may be stale,
    /// and inside a transaction the server's refusal would cost all of it.
    unsigned long schema_changes = 0;
    /// Whether statements may be prepared under names, which outlive their transactions.
    bool keeps_statements = true;

private:
    bool send_begin();
    void cancel() noexcept;
    void end_copy(ExecStatusType direction) noexcept;

    PGconn* connection_;
    std::optional<std::chrono::milliseconds> limit_;
    std::string late_begin_;  ///< until the server has done it
    bool late_begin_sent_ = false;
    std::map<std::string, std::string> begin_names_;  ///< of those that the server has prepared, by their SQL
    unsigned long names_ = 0;
    std::vector<std::string> waiting_;
};

}  // namespace sociable::dialect
