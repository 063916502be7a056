#pragma once

#include <sociable/errors/database_error.hpp>
#include <sociable/events/event_id.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace sociable {

class Connection;

namespace event {

/// Before a statement is sent. `statement` may be changed, for instance to add a comment; its parameters may not.
struct BeforeExecute {
    static constexpr Id id = Id::before_execute;
    Connection& connection;
    std::string statement;
};

/// After a statement succeeded.
struct AfterExecute {
    static constexpr Id id = Id::after_execute;
    Connection& connection;
    std::string_view statement;
    std::int64_t affected_rows = 0;
    std::chrono::nanoseconds duration{0};
};

/// A transaction has begun, with its first statement, which is yet to run.
struct Begin {
    static constexpr Id id = Id::begin;
    Connection& connection;
};

/// A transaction is about to be committed.
struct Commit {
    static constexpr Id id = Id::commit;
    Connection& connection;
};

/// A transaction is about to be rolled back.
struct Rollback {
    static constexpr Id id = Id::rollback;
    Connection& connection;
};

/// A savepoint is about to be set, rolled back to, or released.
struct Savepoint {
    static constexpr Id id = Id::savepoint;
    Connection& connection;
    std::string_view name;
};
struct RollbackSavepoint {
    static constexpr Id id = Id::rollback_savepoint;
    Connection& connection;
    std::string_view name;
};
struct ReleaseSavepoint {
    static constexpr Id id = Id::release_savepoint;
    Connection& connection;
    std::string_view name;
};

/// A database has reported an error, in a statement or in a connect. What listeners change holds for those that follow
/// and for the library.
struct HandleError {
    static constexpr Id id = Id::handle_error;
    /// Null for an error of a connect.
    Connection* connection = nullptr;
    const DatabaseErrorInfo& info;
    /// What will be thrown. A listener may replace it, or throw itself.
    std::exception_ptr exception;
    /// Whether the connection is invalidated.
    bool is_disconnect = false;
    /// Whether a disconnect makes the pool replace its other connections as well, as after a restart of the server.
    bool invalidate_pool_on_disconnect = true;

    template <class X>
    void replace(X&& other) {
        exception = std::make_exception_ptr(std::forward<X>(other));
    }
};

/// dispose() has been called.
struct EngineDisposed {
    static constexpr Id id = Id::engine_disposed;
    std::string_view engine;
};

}  // namespace event

}  // namespace sociable
