#pragma once

#include <sociable/events/event_id.hpp>

namespace sociable {

class Connection;
class Session;

namespace event {

/// A session has taken a connection for a transaction.
struct AfterBegin {
    static constexpr Id id = Id::after_begin;
    Connection& connection;
};

/// A session is about to commit. A listener that throws keeps it from it; the session then wants a rollback.
struct BeforeCommit {
    static constexpr Id id = Id::before_commit;
    Connection& connection;
};

/// A session has committed, and returned its connection.
struct AfterCommit {
    static constexpr Id id = Id::after_commit;
};

/// A session has rolled back, and returned its connection.
struct AfterRollback {
    static constexpr Id id = Id::after_rollback;
};

}  // namespace event

}  // namespace sociable
