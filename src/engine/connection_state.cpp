#include "engine/connection_state.hpp"

#include "errors/redact.hpp"
#include "log/log.hpp"
#include "pool/pool_core.hpp"

#include <spdlog/spdlog.h>

namespace sociable::detail {

BorrowedConnection::~BorrowedConnection() { connection_.release(); }

namespace {

constexpr const char* read_only_transaction = "25006";

class Handling {
public:
    explicit Handling(bool& flag) noexcept : flag_(flag) { flag_ = true; }
    ~Handling() { flag_ = false; }
    Handling(const Handling&) = delete;
    Handling& operator=(const Handling&) = delete;

private:
    bool& flag_;
};

/// Connect errors go through the handle_error listeners as well.
[[noreturn]] void raise_connect_error(EngineState& engine, const DatabaseError& error) {
    // What a listener does about it may be to connect, here or elsewhere: that error is not for it to handle again.
    static thread_local bool handling = false;
    if (handling || !engine.hub.has_listeners<event::HandleError>()) throw;
    const Handling guard(handling);
    event::HandleError e{nullptr, error.info(), std::current_exception(), error.is_disconnect()};
    engine.hub.fire(e);
    std::rethrow_exception(e.exception);
}

}  // namespace

ConnectionState::ConnectionState(std::shared_ptr<EngineState> engine, const ConnectOptions& options,
                                 SourceLocation place)
    : engine_(std::move(engine)), options_(options) {
    if (options_.isolation_level) engine_->dialect->check(*options_.isolation_level);
    const auto longest_wait = options_.longest_wait.value_or(std::chrono::milliseconds::max());
    if (longest_wait < std::chrono::milliseconds::zero())
        throw ArgumentError("option longest_wait: is " + std::to_string(longest_wait.count()) +
                            " ms; valid are 0 ms and more");
    try {
        checkout_ = engine_->pool()->checkout(place, longest_wait);
        apply_settings();
    } catch (const DatabaseError& error) {
        raise_connect_error(*engine_, error);
    }
}

ConnectionState::~ConnectionState() { end_results("the connection was closed"); }

void ConnectionState::require_open() const {
    if (closed()) throw ResourceClosedError("this connection is closed");
    if (is_of_parent())
        throw InvalidRequestError("this connection was opened by the parent process, before fork(); take another");
}

void ConnectionState::require_usable() {
    require_open();
    leave_closed_session();
    if (phase_ == Phase::failed)
        throw PendingRollbackError("the transaction has failed and must be rolled back first; the cause was: " +
                                   first_cause_);
    if (checkout_.slot().connected()) return;
    try {
        checkout_.reconnect();
        apply_settings();
    } catch (const DatabaseError& error) {
        raise_connect_error(*engine_, error);
    }
}

/// Before anything is said to a native handle that has gone with the user's SOCI session.
bool ConnectionState::notice_closed_session() noexcept {
    if (!soci_used_ || !checkout_ || !checkout_.slot().connected() || pool::is_open(checkout_.slot())) return false;
    driver().session_closed();
    return true;
}

/// What the user's work on the SOCI session may have done: closed it, which leaves nothing to talk to.
void ConnectionState::leave_closed_session() {
    if (!notice_closed_session()) return;
    end_results("the SOCI session was closed");
    if (phase_ == Phase::active) fail_transaction("the SOCI session was closed");
    checkout_.invalidate(nullptr);
}

void ConnectionState::refuse_listeners(const char* call) const {
    if (listening_ != 0)
        throw InvalidRequestError("neither a listener nor what makes rows to be sent can " + std::string(call) +
                                  " the connection that calls it; throw to make the operation fail");
}

soci::session& ConnectionState::soci() {
    require_usable();
    soci_used_ = true;
    settle_result();
    while (!open_cursors.empty()) settle(*open_cursors.back());  // the user may end their transaction
    ensure_begun(true);
    driver().lend_session();
    checkout_.slot().session_changed = true;  // by whatever the user does there
    checkout_.slot().tables_locked = true;
    return *checkout_.slot().session;
}

pool::Slot& ConnectionState::slot() {
    require_open();
    return checkout_.slot();
}

void ConnectionState::settle_result() {
    if (live_result) settle(*live_result);
}

void ConnectionState::settle(ResultState& result) {
    const std::string sql = result.sql();
    try {
        result.detach();
    } catch (const DatabaseError& error) {
        raise_error(error, sql, {});
    }
}

void ConnectionState::require_free(std::string_view sql) {
    settle_result();
    require_sound(sql);
}

void ConnectionState::end_results(const char* why, std::uint64_t since) noexcept {
    if (live_result && live_result->made_in() >= since) live_result->end(why);
    for (std::size_t i = open_cursors.size(); i-- > 0;)
        if (open_cursors[i]->made_in() >= since) open_cursors[i]->end(why);
}

void ConnectionState::end_streams(const char* why) noexcept {
    if (live_result && live_result->is_stream()) live_result->end(why);
    while (!open_cursors.empty()) open_cursors.back()->end(why);
}

void ConnectionState::apply_settings() {
    if (options_.settings.empty()) return;
    // Where one is refused, those set before it must not reach the connection's next user.
    checkout_.slot().soft_invalidated = true;
    for (const auto& [name, value] : options_.settings) driver().set(name, value);
    checkout_.slot().soft_invalidated = false;
}

void ConnectionState::restore_settings() noexcept {
    if (options_.settings.empty() || !checkout_.slot().connected()) return;
    try {
        for (const auto& [name, value] : options_.settings) driver().restore(name);
    } catch (...) {
        log::engine().warn("{}: a connection's settings could not be put back; it is closed", engine_->settings.name);
        checkout_.slot().soft_invalidated = true;
    }
}

void ConnectionState::invalidate(std::exception_ptr error) {
    require_open();
    refuse_listeners("invalidate");
    if (checkout_.slot().connected()) driver().limit_answers(pool::Lifecycle::reset_timeout);
    end_results("the connection was invalidated");
    if (phase_ == Phase::active) fail_transaction("the connection was invalidated");
    checkout_.invalidate(std::move(error));
}

void ConnectionState::soft_invalidate(std::exception_ptr error) {
    require_open();
    checkout_.soft_invalidate(std::move(error));
}

void ConnectionState::detach() {
    require_open();
    refuse_listeners("detach");
    if (checkout_.slot().detached) throw InvalidRequestError("the connection is detached already");
    if (!checkout_.slot().connected()) throw InvalidRequestError("an invalidated connection can't be detached");
    checkout_.detach();
}

void ConnectionState::close() {
    if (closed()) return;
    refuse_listeners("close");
    if (is_of_parent()) {
        end_results("the connection was closed");
        end_transaction();
        return checkout_.close();
    }
    pool::Checkout ended;  // given back at the end, whatever is thrown before
    try {
        if (checkout_.slot().connected()) driver().limit_answers(pool::Lifecycle::reset_timeout);
        end_results("the connection was closed");
        rollback();
    } catch (const DatabaseError& error) {
        log::engine().warn("{}: the rollback at the end of a connection failed: {}", engine_->settings.name,
                           error.message());
        checkout_.slot().soft_invalidated = true;
    } catch (...) {
        restore_settings();
        end_transaction();
        ended = std::move(checkout_);
        throw;
    }
    restore_settings();
    ended = std::move(checkout_);
    ended.close();
}

/// A server that has become a standby takes no writes any more: its connections are of no use to a pool that writes.
void ConnectionState::leave_replica(DatabaseErrorInfo& info) {
    if (transaction_options_.read_only || options_.read_only || !checkout_ || !checkout_.slot().connected()) return;
    pool::Slot& slot = checkout_.slot();
    if (driver().tells_of_replica(info)) {
        log::pool().warn("{}: the server takes no writes (any more); its connections are replaced",
                         engine_->settings.name);
        checkout_.pool().lifecycle().outdate(slot.generation);
        info.is_retryable = true;
    } else if (info.sqlstate != read_only_transaction) {
        return;
    }
    slot.soft_invalidated = true;
}

/// Of no use any more, whatever the error is called.
bool ConnectionState::is_lost() const noexcept {
    return checkout_.slot().connected() && driver().transaction_state() == dialect::TransactionState::lost;
}

void ConnectionState::raise_error(const DatabaseError& error, std::string_view sql, std::span<const ValueView> values) {
    const auto self = shared_from_this();  // a result that is read knows no more than that it isn't gone
    DatabaseErrorInfo info = error.info();
    info.statement = sql;
    info.message = errors::redact_values(std::move(info.message), values);
    leave_replica(info);
    const bool out_of_step = !info.is_disconnect && checkout_ && is_lost();

    const auto as_exception = [](const DatabaseErrorInfo& what) {
        try {
            raise(what);
        } catch (...) {
            return std::current_exception();
        }
    };
    std::exception_ptr exception = as_exception(info);
    bool pool_too = true;
    // What listeners do about an error may fail as well, and is not theirs to handle again.
    if (!handling_error_ && engine_->hub.has_listeners<event::HandleError>()) {
        BorrowedConnection connection(shared_from_this());
        event::HandleError e{&connection.get(), info, exception, info.is_disconnect};
        const Handling handling(handling_error_);
        fire(e);
        pool_too = e.invalidate_pool_on_disconnect;
        if (e.is_disconnect != info.is_disconnect) {
            info.is_disconnect = e.is_disconnect;
            if (e.exception == exception) e.exception = as_exception(info);
        }
        exception = e.exception;
    }

    note_failure(info.message);
    if (checkout_ && (info.is_disconnect || out_of_step)) {
        end_results("the connection was lost");
        if (phase_ == Phase::active) fail_transaction(info.message);
        if (checkout_.slot().connected()) {
            if (pool_too && info.is_disconnect) checkout_.pool().lifecycle().outdate(checkout_.slot().generation);
            checkout_.invalidate(exception);
        }
    }
    std::rethrow_exception(exception);
}

}  // namespace sociable::detail
