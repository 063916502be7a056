#include "engine/all_or_none.hpp"

#include "log/log.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace sociable::detail {

ConnectionState::AllOrNone::AllOrNone(ConnectionState& connection)
    : connection_(connection), own_transaction_(connection.autocommit()) {
    if (own_transaction_) {
        try {
            connection_.driver().begin({.read_only = connection_.options_.read_only}, true);
        } catch (const DatabaseError& error) {
            connection_.raise_error(error, "BEGIN", {});
        }
    } else {
        connection_.run_sql("SAVEPOINT sociable_batch");
    }
    open_ = true;
}

void ConnectionState::AllOrNone::keep() {
    open_ = false;
    if (own_transaction_)
        connection_.send_commit();
    else
        connection_.run_sql("RELEASE SAVEPOINT sociable_batch");
}

void ConnectionState::AllOrNone::undo() noexcept {
    using dialect::TransactionState;
    if (!std::exchange(open_, false)) return;
    if (!connection_.checkout_ || !connection_.checkout_.slot().connected()) return;
    try {
        dialect::Driver& driver = connection_.driver();
        const TransactionState state = driver.transaction_state();
        if (own_transaction_ && (state == TransactionState::active || state == TransactionState::failed))
            driver.rollback();
        // A transaction that has failed must be rolled back by its user, as after any statement.
        if (!own_transaction_ && state == TransactionState::active) {
            driver.run("ROLLBACK TO SAVEPOINT sociable_batch");
            driver.run("RELEASE SAVEPOINT sociable_batch");
        }
    } catch (const std::exception& error) {
        log::engine().warn("{}: rows that were inserted before an error could not be undone: {}",
                           connection_.engine_->settings.name, error.what());
        connection_.checkout_.slot().soft_invalidated = true;
        connection_.fail_transaction("rows inserted before an error could not be undone");
    }
}

}  // namespace sociable::detail
