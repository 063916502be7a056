#pragma once

#include "engine/connection_state.hpp"

namespace sociable::detail {

/// Makes several statements one: what they did is undone unless it is kept. A savepoint, or a transaction of its own at
/// AUTOCOMMIT.
class ConnectionState::AllOrNone {
public:
    /// @throws DatabaseError
    explicit AllOrNone(ConnectionState& connection);
    AllOrNone(const AllOrNone&) = delete;
    AllOrNone& operator=(const AllOrNone&) = delete;
    ~AllOrNone() { undo(); }

    /// @throws DatabaseError
    void keep();
    /// Nothing is left to undo where the database has failed or ended the transaction.
    void undo() noexcept;

private:
    ConnectionState& connection_;
    const bool own_transaction_;
    bool open_ = false;
};

}  // namespace sociable::detail
