#pragma once

#include "engine/engine_state.hpp"
#include "engine/result_state.hpp"
#include "pool/checkout.hpp"

#include <sociable/dialect/transaction_options.hpp>
#include <sociable/engine/connect_options.hpp>
#include <sociable/engine/connection.hpp>
#include <sociable/engine/events.hpp>
#include <sociable/errors/source_location.hpp>

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sociable::detail {

class Stopwatch;

/// Lends a listener a Connection for the time of an event.
class BorrowedConnection {
public:
    explicit BorrowedConnection(std::shared_ptr<ConnectionState> state) noexcept : connection_(std::move(state)) {}
    ~BorrowedConnection();
    Connection& get() noexcept { return connection_; }

private:
    Connection connection_;
};

/// A connection in use: the checkout, its transaction, its open result. One thread at a time.
class ConnectionState : public std::enable_shared_from_this<ConnectionState> {
public:
    ConnectionState(std::shared_ptr<EngineState> engine, const ConnectOptions& options, SourceLocation place);
    ~ConnectionState();

    // connection_execute.cpp
    std::shared_ptr<ResultState> execute(std::string_view sql, Parameters parameters, dialect::Delivery delivery,
                                         bool spare_ignored);

    // connection_many.cpp
    std::int64_t execute_many(std::string_view sql, const ParameterRows& rows);
    std::shared_ptr<ResultState> execute_many_returning(std::string_view sql, const ParameterRows& rows);

    // connection_insert.cpp
    std::int64_t insert_many(std::string_view table, const ParameterRows& rows, const InsertOptions& options);
    std::shared_ptr<ResultState> insert_many_returning(std::string_view table, const ParameterRows& rows,
                                                       const std::vector<std::string>& returning,
                                                       const InsertOptions& options);

    // connection_transaction.cpp
    enum class BeginTime {
        now,
        with_statement  ///< in one round trip where the database can; run_statement() comes next
    };
    std::uint64_t begin(const TransactionOptions& options);
    std::uint64_t begin_nested();
    void commit();
    void rollback();
    /// Of the transaction or savepoint with this number.
    void commit(std::uint64_t id);
    void rollback(std::uint64_t id);
    bool is_active(std::uint64_t id) const noexcept;
    /// Commits at the end of a function's scope, unless the function has ended the transaction itself.
    void commit_scope(std::uint64_t id);
    bool in_transaction() const noexcept { return phase_ != Phase::none; }
    bool in_nested_transaction() const noexcept { return !savepoints_.empty() && !ended_by_database(); }
    /// Sends the BEGIN that is due. `writes` tells what is known of the first statement.
    void ensure_begun(bool writes, BeginTime time = BeginTime::now);
    void set_isolation_level(IsolationLevel level);
    std::optional<IsolationLevel> isolation_level() const noexcept;

    // connection_state.cpp
    /// Ready for a statement: open, connected, and not in a transaction that has failed.
    void require_usable();
    void require_open() const;
    /// Nothing else is to be received, so that a cursor can be read, which ran `sql`.
    void require_free(std::string_view sql);
    bool notice_closed_session() noexcept;
    /// Ends what is left of a SOCI session that its user has closed.
    void leave_closed_session();
    soci::session& soci();
    pool::Slot& slot();
    void invalidate(std::exception_ptr error);
    void soft_invalidate(std::exception_ptr error);
    bool invalidated() const noexcept { return checkout_ && !checkout_.slot().connected(); }
    void detach();
    void close();
    bool closed() const noexcept { return !checkout_; }
    /// Made before a fork, by the parent: nothing may be sent on it, not even a goodbye.
    bool is_of_parent() const noexcept { return checkout_ && checkout_.pool().is_of_parent(); }
    /// Runs the handle_error listeners, invalidates after a disconnect, and throws the error with its statement.
    [[noreturn]] void raise_error(const DatabaseError& error, std::string_view sql, std::span<const ValueView> values);

    /// Calls the listeners of one of this connection's events. They may run statements on it, but neither end it nor
    /// its transaction. @throws what they throw, and what has become of the connection by what they did
    template <class E, class... Fields>
    void fire(Fields... fields) {
        if (!engine_->hub.has_listeners<E>()) return;
        BorrowedConnection connection(shared_from_this());
        E e{connection.get(), std::move(fields)...};
        fire(e);
    }

    const std::shared_ptr<EngineState>& engine() const noexcept { return engine_; }
    /// The last transaction's BEGIN was refused.
    bool begin_failed() const noexcept { return begin_failed_; }

    /// Counts transactions and savepoints.
    std::uint64_t last_id() const noexcept { return last_id_; }

    ResultState* live_result = nullptr;        ///< the one that the connection is busy with
    std::vector<ResultState*> open_cursors{};  ///< whose rows wait on the server meanwhile

private:
    class AllOrNone;
    class ManyRows;

    template <class E>
    void fire(E& e) {
        const Listening listening(*this);
        engine_->hub.fire(e);
    }
    /// While listeners are told of something, or the user's code makes rows.
    class Listening {
    public:
        explicit Listening(ConnectionState& state) noexcept : state_(state) { ++state_.listening_; }
        ~Listening() { --state_.listening_; }
        Listening(const Listening&) = delete;
        Listening& operator=(const Listening&) = delete;

    private:
        ConnectionState& state_;
    };
    /// On the stack, mostly: allocating is dear beside a short select.
    using Values = boost::container::small_vector<ValueView, 16>;
    void refuse_listeners(const char* call) const;

    enum class Phase {
        none,
        begun,  ///< in the user's eyes; the database learns of it with the first statement
        active,
        failed  ///< only rollback() is left
    };
    struct Savepoint {
        std::uint64_t id;
        std::string name;
    };

    bool autocommit() const noexcept { return isolation_level() == IsolationLevel::autocommit; }
    /// Its end was not told to us: by COMMIT or ROLLBACK as SQL, or by a statement before which MariaDB commits.
    bool ended_by_database() const noexcept;
    dialect::Driver& driver() const { return *checkout_.slot().driver; }
    bool is_lost() const noexcept;
    void settle_result();
    void settle(ResultState& result);
    /// Of those that were made since the transaction or savepoint with this number began: by default, of all.
    void end_results(const char* why, std::uint64_t since = 0) noexcept;
    void end_streams(const char* why) noexcept;
    void require_sound(std::string_view sql);
    void end_cursors_closed_by(std::string_view sql);
    void apply_settings();
    void restore_settings() noexcept;
    void run_sql(const std::string& sql);
    void end_transaction() noexcept;
    bool take_back_begin() noexcept;
    void fail_transaction(std::string cause);
    void note_failure(const std::string& cause);
    void send_commit();
    void leave_replica(DatabaseErrorInfo& info);
    std::optional<std::string> changed_by_listeners(std::string_view sql);
    pool::StatementCache::Lease prepare(std::string_view sql);
    void begin_for(pool::StatementCache::Lease& statement, BeginTime time = BeginTime::now);
    static Values bind(const pool::PreparedStatement& statement, Parameters parameters, bool spare_ignored);
    void run_statement(pool::StatementCache::Lease& statement, std::span<const ValueView> values,
                       dialect::Delivery delivery);
    ManyRows prepare_many(std::string_view sql, const ParameterRows& rows);
    ManyRows prepare_insert(std::string_view table, const ParameterRows& rows, const InsertOptions& options,
                            const std::vector<std::string>& returning);
    void report(const Stopwatch& stopwatch, std::string_view sql, std::span<const ValueView> values,
                const ResultState& result);

    std::shared_ptr<EngineState> engine_;
    ConnectOptions options_;
    pool::Checkout checkout_;

    Phase phase_ = Phase::none;
    TransactionOptions transaction_options_;
    bool begin_failed_ = false;
    bool soci_used_ = false;
    bool handling_error_ = false;
    int listening_ = 0;
    std::uint64_t last_id_ = 0;
    std::uint64_t transaction_id_ = 0;  ///< of the current or last one
    std::vector<Savepoint> savepoints_;
    std::string first_cause_;  ///< why the transaction has failed, or is about to
};

}  // namespace sociable::detail
