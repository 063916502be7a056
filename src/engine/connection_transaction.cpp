#include "engine/connection_state.hpp"

#include <sociable/engine/events.hpp>

#include <algorithm>

namespace sociable::detail {

std::uint64_t ConnectionState::begin(const TransactionOptions& options) {
    require_usable();
    refuse_listeners("begin a transaction on");
    if (phase_ != Phase::none)
        throw InvalidRequestError(
            "a transaction has begun on this connection already, by begin() or by its first statement; end it first, "
            "or use begin_nested()");
    if (options.isolation_level) {
        engine_->dialect->check(*options.isolation_level);
        if (*options.isolation_level == IsolationLevel::autocommit)
            throw ArgumentError("AUTOCOMMIT is no level of a transaction; set it on the connection or the engine");
    }
    phase_ = Phase::begun;
    transaction_options_ = options;
    transaction_id_ = ++last_id_;
    return transaction_id_;
}

void ConnectionState::ensure_begun(bool writes, BeginTime time) {
    if (phase_ == Phase::active) {
        if (!ended_by_database()) return;
        savepoints_.clear();  // What comes now must not be committed one by one.
        end_streams("the transaction was ended by SQL");
    }
    if (phase_ == Phase::none) {
        transaction_options_ = {};
        transaction_id_ = ++last_id_;
    }
    TransactionOptions options = transaction_options_;
    if (!options.isolation_level) options.isolation_level = isolation_level();
    options.read_only = options.read_only || options_.read_only;
    first_cause_.clear();
    phase_ = Phase::begun;
    if (!autocommit()) {
        begin_failed_ = false;
        try {
            // Listeners of Begin find the transaction open.
            if (time == BeginTime::with_statement && !engine_->hub.has_listeners<event::Begin>())
                driver().begin_with_next(options, writes);
            else
                driver().begin(options, writes);
        } catch (const DatabaseError& error) {
            begin_failed_ = true;
            raise_error(error, "BEGIN", {});
        }
    }
    phase_ = Phase::active;
    fire<event::Begin>();
    require_usable();  // listeners may have run into an error
    if (ended_by_database())
        throw InvalidRequestError("a listener of Begin has ended the transaction that it was told of, by its SQL");
}

/// After an error of the statement that BEGIN went with: true when BEGIN itself has failed.
bool ConnectionState::take_back_begin() noexcept {
    if (!checkout_ || !checkout_.slot().connected()) return false;
    const dialect::LateBegin begin = driver().end_late_begin();
    if (begin != dialect::LateBegin::done) phase_ = Phase::begun;
    begin_failed_ = begin == dialect::LateBegin::failed;
    return begin_failed_;
}

bool ConnectionState::ended_by_database() const noexcept {
    return phase_ == Phase::active && !autocommit() && checkout_ && checkout_.slot().connected() &&
           driver().transaction_state() == dialect::TransactionState::idle;
}

void ConnectionState::commit() {
    static constexpr const char* committed = "the transaction was committed";
    require_open();
    refuse_listeners("commit");
    leave_closed_session();
    if (phase_ == Phase::failed) require_usable();
    if (live_result && live_result->is_stream()) live_result->end(committed);
    settle_result();
    if (phase_ == Phase::active) {
        if (checkout_.slot().connected() && driver().transaction_state() == dialect::TransactionState::failed) {
            fail_transaction(first_cause_);
            require_usable();
        }
        fire<event::Commit>();
        if (phase_ == Phase::failed) require_usable();
        if (!autocommit() && driver().transaction_state() != dialect::TransactionState::idle) {
            send_commit();
        }
    }
    end_streams(committed);  // whose cursors have gone with the transaction
    end_transaction();
}

void ConnectionState::send_commit() {
    const bool reads_only = transaction_options_.read_only || options_.read_only;
    try {
        // Nothing was sent on a connection that is known to be dead, so that nothing can have been committed.
        if (!driver().looks_alive())
            raise({.kind = ErrorKind::operational,
                   .message = "the server closed the connection before the transaction was committed",
                   .sqlstate = "08006",
                   .is_disconnect = true});
        try {
            driver().commit();
        } catch (const DatabaseError& error) {
            if (!error.is_disconnect() || reads_only) throw;
            DatabaseErrorInfo info = error.info();
            info.kind = ErrorKind::commit_outcome_unknown;
            info.message =
                "the connection was lost during COMMIT, and the transaction may have been committed or not: " +
                info.message;
            raise(std::move(info));
        }
    } catch (const DatabaseError& error) {
        fail_transaction(error.message());
        raise_error(error, "COMMIT", {});
    }
}

void ConnectionState::rollback() {
    require_open();
    refuse_listeners("roll back");
    leave_closed_session();
    end_results("the transaction was rolled back");
    const bool reached_database = phase_ == Phase::active || phase_ == Phase::failed;
    if (reached_database) {
        fail_transaction(first_cause_);  // until it is known to be gone
        fire<event::Rollback>();
        pool::Slot& slot = checkout_.slot();
        if (slot.connected() && !autocommit() && slot.driver->transaction_state() != dialect::TransactionState::idle) {
            try {
                driver().rollback();
            } catch (const DatabaseError& error) {
                raise_error(error, "ROLLBACK", {});
            }
        }
    }
    end_transaction();
}

void ConnectionState::end_transaction() noexcept {
    phase_ = Phase::none;
    savepoints_.clear();
    first_cause_.clear();
}

void ConnectionState::commit_scope(std::uint64_t id) {
    if (closed())
        throw ResourceClosedError(
            "the connection was closed inside the scope of its transaction, which committed nothing");
    if (is_active(id)) return commit(id);
    // A savepoint's number is above its transaction's; a number below the current transaction's is of one that has
    // ended.
    if (phase_ != Phase::none && id < transaction_id_)
        throw InvalidRequestError(
            "the transaction of this scope was ended inside it, and what ran afterwards belongs to none; it is rolled "
            "back");
}

void ConnectionState::fail_transaction(std::string cause) {
    if (autocommit()) return end_transaction();  // there is nothing to roll back
    phase_ = Phase::failed;
    if (first_cause_.empty()) first_cause_ = std::move(cause);
}

/// Whoever goes on after an error must not do so in another transaction, without what came before.
void ConnectionState::note_failure(const std::string& cause) {
    if (phase_ != Phase::active || autocommit() || !checkout_ || !checkout_.slot().connected()) return;
    if (driver().transaction_state() == dialect::TransactionState::failed) {
        if (first_cause_.empty()) first_cause_ = cause;
    } else if (ended_by_database() && !engine_->dialect->commits_implicitly()) {
        fail_transaction(cause);
    }
}

std::uint64_t ConnectionState::begin_nested() {
    require_usable();
    require_sound("SAVEPOINT");
    if (autocommit()) throw InvalidRequestError("AUTOCOMMIT has no transaction to set a savepoint in");
    settle_result();
    ensure_begun(true);
    Savepoint savepoint{++last_id_, "sociable_" + std::to_string(last_id_)};
    fire<event::Savepoint>(std::string_view(savepoint.name));
    ensure_begun(true);  // listeners may have committed by SQL
    run_sql("SAVEPOINT " + savepoint.name);
    savepoints_.push_back(std::move(savepoint));
    return savepoints_.back().id;
}

bool ConnectionState::is_active(std::uint64_t id) const noexcept {
    if (phase_ == Phase::none || closed()) return false;
    if (id == transaction_id_) return true;
    if (ended_by_database()) return false;
    return std::any_of(savepoints_.begin(), savepoints_.end(), [&](const Savepoint& s) { return s.id == id; });
}

void ConnectionState::commit(std::uint64_t id) {
    if (!is_active(id)) throw InvalidRequestError("this transaction has ended already");
    if (id == transaction_id_) return commit();
    require_usable();
    require_sound("RELEASE");  // else it would be lost with all that came before it, instead of rolled back to
    settle_result();
    const auto found =
        std::find_if(savepoints_.begin(), savepoints_.end(), [&](const Savepoint& s) { return s.id == id; });
    const std::string name = found->name;
    // Gone from here on, also when the database refuses, and with it those set after it.
    savepoints_.erase(found, savepoints_.end());
    fire<event::ReleaseSavepoint>(std::string_view(name));
    run_sql("RELEASE SAVEPOINT " + name);
}

void ConnectionState::rollback(std::uint64_t id) {
    if (!is_active(id)) return;
    require_open();
    if (id == transaction_id_) return rollback();
    end_results("the transaction was rolled back to a savepoint", id);
    const auto found =
        std::find_if(savepoints_.begin(), savepoints_.end(), [&](const Savepoint& s) { return s.id == id; });
    const std::string name = found->name;
    savepoints_.erase(found, savepoints_.end());
    if (phase_ == Phase::failed || !checkout_.slot().connected()) return;  // only the whole can be rolled back
    fire<event::RollbackSavepoint>(std::string_view(name));
    run_sql("ROLLBACK TO SAVEPOINT " + name);
    first_cause_.clear();
}

void ConnectionState::run_sql(const std::string& sql) {
    try {
        driver().run(sql);
    } catch (const DatabaseError& error) {
        raise_error(error, sql, {});
    }
}

void ConnectionState::set_isolation_level(IsolationLevel level) {
    require_open();
    if (phase_ != Phase::none)
        throw InvalidRequestError("the isolation level can't change inside a transaction; end it first");
    engine_->dialect->check(level);
    options_.isolation_level = level;
}

std::optional<IsolationLevel> ConnectionState::isolation_level() const noexcept {
    return options_.isolation_level ? options_.isolation_level : engine_->options.isolation_level;
}

}  // namespace sociable::detail
