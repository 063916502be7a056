#include "engine/all_or_none.hpp"

#include "log/log.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace sociable::detail {

using dialect::TransactionState;

ConnectionState::AllOrNone::AllOrNone(ConnectionState& connection)
    : connection_(connection),
      own_transaction_(connection.autocommit() && state() == TransactionState::idle),
      connection_id_(connection.checkout_.slot().connection_id) {
    if (own_transaction_) {
        try {
            connection_.driver().begin({.read_only = connection_.options_.read_only}, true);
        } catch (const DatabaseError& error) {
            connection_.raise_error(error, "BEGIN", {});
        }
    } else {
        connection_.run_sql("SAVEPOINT sociable_batch");
        id_ = ++connection_.last_id_;
    }
    open_ = true;
}

bool ConnectionState::AllOrNone::has_connection() const noexcept {
    if (!connection_.checkout_) return false;
    const pool::Slot& slot = connection_.checkout_.slot();
    return slot.connected() && slot.connection_id == connection_id_;
}

void ConnectionState::AllOrNone::require_open() const {
    if (!has_connection() || state() == TransactionState::idle)
        throw InvalidRequestError(
            "the transaction in which rows are inserted has ended while more of them were read; leave it alone there");
}

void ConnectionState::AllOrNone::keep() {
    if (own_transaction_)
        connection_.send_commit();
    else
        connection_.run_sql("RELEASE SAVEPOINT sociable_batch");
    open_ = false;
}

void ConnectionState::AllOrNone::undo() noexcept {
    if (!std::exchange(open_, false) || !has_connection()) return;
    try {
        roll_back();
    } catch (const std::exception& error) {
        log::engine().warn("{}: rows that were inserted before an error could not be undone: {}",
                           connection_.engine_->settings.name, error.what());
        connection_.fail_transaction("rows inserted before an error could not be undone");
        // Closed, it commits none of them, whatever comes next.
        connection_.end_results("the connection was invalidated");
        try {
            connection_.checkout_.invalidate(std::current_exception());
        } catch (...) {
            // A listener threw; the connection is closed.
        }
    }
}

/// Of a connection that is lost there is nothing to roll back, and whoever has found that tells.
void ConnectionState::AllOrNone::roll_back() {
    dialect::Driver& driver = connection_.driver();
    const TransactionState now = state();
    if (own_transaction_ && (now == TransactionState::active || now == TransactionState::failed)) driver.rollback();
    // A transaction that has failed must be rolled back by its user, as after any statement.
    if (!own_transaction_ && now == TransactionState::active) {
        connection_.end_results("rows inserted before an error were undone", id_);
        driver.run("ROLLBACK TO SAVEPOINT sociable_batch");
        driver.run("RELEASE SAVEPOINT sociable_batch");
    }
}

}  // namespace sociable::detail
