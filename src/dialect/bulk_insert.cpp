#include "dialect/bulk_insert.hpp"

#include "dialect/driver.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace sociable::dialect {

namespace {

// Operational, and yet of one row: a limit of PostgreSQL, a view's CHECK OPTION, a trigger's SIGNAL, and what MariaDB
// has no state for, such as a row that fits no partition. Not so memory, disks, and whoever cancels.
constexpr std::array<std::string_view, 4> states_of_rows{"54", "44", "45", "HY000"};

}  // namespace

bool may_be_of_row(const DatabaseErrorInfo& error) noexcept {
    if (error.is_disconnect || error.is_retryable) return false;
    return error.kind != ErrorKind::operational ||
           std::any_of(states_of_rows.begin(), states_of_rows.end(),
                       [&](std::string_view state) { return error.sqlstate.starts_with(state); });
}

bool insert_or_undo(Driver& driver, const std::function<void()>& insert) {
    const std::string savepoint = "sociable_rows";
    bool inserted = true;
    driver.run("SAVEPOINT " + savepoint);
    try {
        insert();
    } catch (const DatabaseError& error) {
        // SQLite may have rolled the transaction back, by ON CONFLICT ROLLBACK.
        const TransactionState state = driver.transaction_state();
        const bool is_open = state == TransactionState::active || state == TransactionState::failed;
        if (!is_open || !may_be_of_row(error.info()) || !driver.roll_back_to(savepoint)) throw;
        inserted = false;
    }
    driver.run("RELEASE SAVEPOINT " + savepoint);
    return inserted;
}

}  // namespace sociable::dialect
