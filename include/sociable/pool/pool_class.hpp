#pragma once

#include <string_view>

namespace sociable {

/// The kinds of pools. SQLAlchemy's names.
enum class PoolClass {
    queue,             ///< QueuePool: keeps up to pool_size connections, opens up to max_overflow more, then makes wait
    null,              ///< NullPool: opens at checkout, closes at return
    static_,           ///< StaticPool: one connection, used by all in turn
    singleton_thread,  ///< SingletonThreadPool: one connection per thread, closed when its thread ends
    assertion  ///< AssertionPool: one at a time; a second checkout is an error that names the place of the first
};

/// "QueuePool", ...
std::string_view to_string(PoolClass pool_class) noexcept;

/// Reads SQLAlchemy's names. @throws ArgumentError for another text; it lists them
PoolClass parse_pool_class(std::string_view text);

/// What happens to a transaction that is still open on a connection when it is returned. (A Connection rolls back its
/// own when it closes; this is for those begun behind its back, by SQL or on the SOCI session.)
enum class ResetOnReturn { rollback, commit, none };

/// Reads "rollback", "commit" or "none". @throws ArgumentError for another text; it lists them
ResetOnReturn parse_reset_on_return(std::string_view text);

}  // namespace sociable
