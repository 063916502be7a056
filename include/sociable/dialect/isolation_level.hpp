#pragma once

#include <string_view>

namespace sociable {

/// SQL's isolation levels, and AUTOCOMMIT, which means no transaction at all: each statement stands for itself.
/// PostgreSQL runs read uncommitted as read committed. SQLite knows serializable, read uncommitted and autocommit.
enum class IsolationLevel { read_uncommitted, read_committed, repeatable_read, serializable, autocommit };

/// "READ COMMITTED", as in SQL.
std::string_view to_string(IsolationLevel level) noexcept;

/// Reads "READ COMMITTED", "read-committed" or "read_committed".
/// @throws ArgumentError for another text; it lists the valid ones
IsolationLevel parse_isolation_level(std::string_view text);

}  // namespace sociable
