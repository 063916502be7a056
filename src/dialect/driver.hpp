#pragma once

#include "dialect/bulk_insert.hpp"
#include "dialect/statement.hpp"

#include <sociable/dialect/transaction_options.hpp>
#include <sociable/errors/database_error.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sociable::dialect {

/// What the client library knows, without a round trip, of the connection's transaction.
enum class TransactionState {
    idle,  ///< none is open
    active,
    failed,  ///< one is open, and the database will only take a rollback (PostgreSQL)
    lost     ///< the connection is gone
};

/// What has become of a BEGIN that was to go with a statement.
enum class LateBegin {
    done,    ///< the transaction is open, or none was to begin
    unsent,  ///< the statement never reached the database
    failed   ///< the database refused it, or is gone
};

/// One open connection, worked on through the native handle of its SOCI session. It borrows the session, which outlives
/// it; statements made by it must be gone before it goes. One thread at a time.
///
/// Every error is thrown as a DatabaseError without its `statement`, which the caller knows better.
class Driver {
public:
    virtual ~Driver() = default;

    /// Begins a transaction. `writes` tells what is known of its first statement; only SQLite cares.
    virtual void begin(const TransactionOptions& options, bool writes) = 0;
    /// As begin(), in one round trip with the next statement where the database can: that is executed next, and after
    /// an error of it end_late_begin() is called.
    virtual void begin_with_next(const TransactionOptions& options, bool writes) { begin(options, writes); }
    virtual LateBegin end_late_begin() noexcept { return LateBegin::done; }
    virtual void commit() = 0;
    virtual void rollback() = 0;
    virtual TransactionState transaction_state() noexcept = 0;

    /// False when some of what is to be undone stays, in a table that takes no part in transactions.
    virtual bool roll_back_to(const std::string& savepoint) {
        run("ROLLBACK TO SAVEPOINT " + savepoint);
        return true;
    }

    /// The user gets the session, and may close it.
    virtual void lend_session() noexcept {}
    /// The user has closed the session, and the native handle with it: nothing may be said to that any more.
    virtual void session_closed() noexcept {}

    /// Runs SQL that takes no values and gives no rows (what rows it gives are dropped).
    virtual void run(const std::string& sql) = 0;
    /// `sql` has the database's own placeholders, `parameters` of them.
    virtual std::unique_ptr<Statement> prepare(std::string sql, std::size_t parameters) = 0;

    /// The fastest way to insert so many rows; null when that is to execute an INSERT for many.
    virtual std::unique_ptr<BulkInsert> bulk_insert(const InsertTarget&, std::size_t /*rows*/) { return nullptr; }
    /// After several rows were inserted at once. @throws DataError when values of theirs were changed to fit, for which
    /// the INSERT of one row is refused (MariaDB, in tables that take no part in transactions)
    virtual void refuse_changed_values() {}
    /// Whether an INSERT may have RETURNING.
    virtual bool knows_returning() const noexcept { return true; }

    /// False when the server is known to have closed the connection; no round trip.
    virtual bool looks_alive() noexcept = 0;
    /// A round trip, for which the server has so much time. @throws DatabaseError, with is_disconnect() when the
    /// connection is dead or the server didn't answer
    virtual void ping(std::chrono::milliseconds timeout) = 0;
    /// True when the server is known, without a round trip, to be a standby that takes no writes.
    virtual bool is_replica() noexcept { return false; }
    /// True when an error of this connection tells that its server is not the one to write to (any more).
    virtual bool tells_of_replica(const DatabaseErrorInfo&) noexcept { return false; }
    /// From now on the server has so much time for each answer to run(), commit() and rollback(); none: any time.
    virtual void limit_answers(std::optional<std::chrono::milliseconds>) noexcept {}
    /// From now on nothing is prepared on the server that outlives its transaction: a proxy may be in between, which
    /// gives each transaction another connection of the server's, that others have used.
    virtual void keep_no_statements() noexcept {}
    /// Where table locks outlive their transaction: ends them. Not in a transaction, which some of them have committed.
    virtual bool keeps_table_locks() const noexcept { return false; }
    virtual void release_table_locks() {}
    /// Puts the session's settings, temporary tables and locks back to what they were after connecting. Prepared
    /// statements may be gone afterwards, so the caller must have dropped his.
    virtual void reset_session() = 0;
    /// Sets one of the database's session settings, and puts it back to the default of the session.
    virtual void set(const std::string& name, const std::string& value) = 0;
    virtual void restore(const std::string& name) = 0;
};

}  // namespace sociable::dialect
