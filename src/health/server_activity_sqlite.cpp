#include "health/seen_connection.hpp"

#include <filesystem>
#include <system_error>

namespace sociable::health {

namespace {

// Functions instead of PRAGMA statements: they only read, and are known to.
constexpr auto pragmas_sql = R"(
SELECT (SELECT file FROM pragma_database_list WHERE name = 'main'), journal_mode, page_size, page_count, cache_size,
       timeout
  FROM pragma_journal_mode, pragma_page_size, pragma_page_count, pragma_cache_size, pragma_busy_timeout)";

}  // namespace

void see_sqlite(Connection& connection, ServerActivity& activity) {
    using Integer = std::int64_t;
    const auto [file, journal_mode, page_size, page_count, cache, busy_ms] =
        connection.execute(pragmas_sql)
            .one<std::tuple<std::optional<std::string>, std::string, Integer, Integer, Integer, Integer>>();
    SqliteActivity seen{.file = file.value_or(""), .journal_mode = journal_mode};
    seen.page_size = page_size;
    seen.page_count = page_count;
    seen.cache_bytes = cache < 0 ? -cache * 1024 : cache * page_size;  // negative: in KiB
    seen.busy_timeout = std::chrono::milliseconds(busy_ms);
    if (!seen.file.empty()) {
        std::error_code none;  // no log, or no right to look at it
        const auto size = std::filesystem::file_size(seen.file + "-wal", none);
        if (!none) seen.wal_bytes = static_cast<Integer>(size);
    }
    activity.sqlite = std::move(seen);
}

}  // namespace sociable::health
