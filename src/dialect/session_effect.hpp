#pragma once

#include <string_view>

namespace sociable::dialect {

/// Whether a statement may leave something behind in its session: a setting, a temporary table, a lock, a variable.
/// False only for plain reading and writing, which is SELECT, INSERT, UPDATE, DELETE, VALUES, WITH, and no function in
/// it but the databases' common ones. A text that is hard to judge may. What triggers, views and defaults call is not
/// seen.
bool may_change_session(std::string_view sql);

/// Whether a statement may lock tables for longer than its transaction, as MariaDB's LOCK TABLES and FLUSH TABLES WITH
/// READ LOCK do. A text that is hard to judge may.
bool may_lock_tables(std::string_view sql);

}  // namespace sociable::dialect
