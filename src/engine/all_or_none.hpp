#pragma once

#include "engine/connection_state.hpp"

namespace sociable::detail {

/// Makes several statements one: what they did is undone unless it is kept. A savepoint, or a transaction of its own at
/// AUTOCOMMIT, unless the user has begun one by SQL.
class ConnectionState::AllOrNone {
public:
    /// @throws DatabaseError
    explicit AllOrNone(ConnectionState& connection);
    AllOrNone(const AllOrNone&) = delete;
    AllOrNone& operator=(const AllOrNone&) = delete;
    ~AllOrNone() { undo(); }

    /// @throws InvalidRequestError when the transaction, or its connection, isn't the one that it was
    void require_open() const;
    /// @throws DatabaseError; what isn't kept then is undone
    void keep();
    /// Nothing is left to undo where the database has failed or ended the transaction.
    void undo() noexcept;

private:
    dialect::TransactionState state() const noexcept { return connection_.driver().transaction_state(); }
    bool has_connection() const noexcept;
    void roll_back();

    ConnectionState& connection_;
    const bool own_transaction_;
    const std::uint64_t connection_id_;
    std::uint64_t id_ = 0;  ///< of the savepoint, among the connection's
    bool open_ = false;
};

}  // namespace sociable::detail
