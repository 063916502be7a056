#pragma once

#include <sociable/engine/connect_options.hpp>

namespace sociable {

/// What commit and rollback do to the outer transaction when a session works on a connection that is in one already.
/// SQLAlchemy's names.
enum class JoinTransactionMode {
    conditional_savepoint,  ///< create_savepoint when the connection is in a savepoint, else rollback_only
    create_savepoint,       ///< the session works in savepoints, and the outer transaction is never touched: for tests
    rollback_only,          ///< commit leaves the outer transaction alone, rollback rolls it back
    control_fully           ///< both end the outer transaction
};

/// What a session is made with.
struct SessionOptions {
    /// What holds for each of its connections.
    ConnectOptions connect{};
    /// For a session on an outer connection.
    JoinTransactionMode join_transaction_mode = JoinTransactionMode::conditional_savepoint;
};

}  // namespace sociable
