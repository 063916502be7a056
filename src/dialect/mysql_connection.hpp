#pragma once

#include "dialect/mysql_errors.hpp"

#include <mysql.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sociable::dialect {

/// What the driver of one connection shares with its statements: the native handle and what the client library does not
/// remember by itself. Borrows the handle. One thread at a time.
class MysqlConnection {
public:
    explicit MysqlConnection(MYSQL* native) noexcept : native_(native) {}
    ~MysqlConnection();
    MysqlConnection(const MysqlConnection&) = delete;
    MysqlConnection& operator=(const MysqlConnection&) = delete;

    MYSQL* native() const noexcept { return native_; }
    void session_closed() noexcept { lost_ = true; }

    /// Runs SQL as text and drops its results, within the limit if there is one. @throws DatabaseError
    void run(const std::string& sql);
    /// Reads and drops results that are still to come, as after CALL. @throws DatabaseError when one of them is an
    /// error
    void drop_results();

    /// How long run() waits for an answer; none: any time. One that doesn't come is a disconnect.
    void limit_answers(std::optional<std::chrono::milliseconds> limit) noexcept { limit_ = limit; }
    /// Waits for an answer of the server for at most `timeout`.
    /// @throws DatabaseError, which is a disconnect when there was none
    void ping(std::chrono::milliseconds timeout);

    /// Throws the last error of the statement, else of the connection.
    [[noreturn]] void fail(MYSQL_STMT* statement = nullptr);

    /// While rows are received one by one, the connection belongs to their statement, and only it may be told anything:
    /// the client library would read another statement's answer out of these rows, or wait for ever.
    /// @throws InterfaceError when rows are being received
    void require_free() const;
    void start_stream(MYSQL_STMT* statement) noexcept { stream_ = statement; }
    void end_stream() noexcept;
    bool streams(const MYSQL_STMT* statement) const noexcept { return stream_ == statement; }
    bool is_free() const noexcept { return stream_ == nullptr; }
    /// Closes a statement, now or when the rows of another one have been received.
    void close(MYSQL_STMT* statement) noexcept;

    /// And not MySQL.
    bool is_mariadb() const noexcept { return (native_->server_capabilities & CLIENT_MYSQL) == 0; }
    /// Whether the server executes a statement for an array of values: MariaDB does since 10.2, MySQL doesn't.
    bool takes_arrays() const noexcept;
    /// A size of data that surely fits one packet to the server. Asks the server once. @throws DatabaseError
    std::size_t packet_size();

    /// False when some of what is to be undone stays, in a table that takes no part in transactions.
    bool roll_back_to(const std::string& savepoint);
    /// In a table that takes no part in transactions, the server changes a value to fit instead of refusing it, once
    /// a row before was inserted by the same statement. @throws DataError when it has
    void refuse_changed_values();

    bool lost() const noexcept;
    /// False when it is lost, or there is a limit for answers and the server, which is asked then, doesn't keep it.
    bool answers() noexcept;
    bool in_transaction() const noexcept { return (native_->server_status & SERVER_STATUS_IN_TRANS) != 0; }
    /// An error has made the server roll back. The client library's flag says nothing of it until the next answer.
    bool rolled_back() const noexcept { return rolled_back_ && in_transaction(); }
    /// Asks the server after an error, which tells nothing of a transaction that the statement had committed by then.
    void ask_for_transaction() noexcept;
    void forget_rollback() noexcept { rolled_back_ = false; }

private:
    void drop_result();
    std::vector<std::vector<std::string>> rows_of(std::string_view sql);
    void ask(const std::string& sql, std::chrono::milliseconds limit);
    [[noreturn]] void fail(MysqlError error);

    MYSQL* native_;
    std::optional<std::chrono::milliseconds> limit_;
    MYSQL_STMT* stream_ = nullptr;
    std::vector<MYSQL_STMT*> to_close_;
    std::size_t packet_size_ = 0;  ///< 0 until it is asked for
    bool lost_ = false;
    bool rolled_back_ = false;
};

}  // namespace sociable::dialect
