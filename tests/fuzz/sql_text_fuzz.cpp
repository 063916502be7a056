// Parameters in SQL text: it is refused with an ArgumentError, or each placeholder has its name, and SQLite finds as
// many in it as we did.
#include "dialect/session_effect.hpp"
#include "dialect/sql_text.hpp"

#include <sociable/errors/error.hpp>

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace sociable::dialect;

constexpr SqlRules postgresql{
    .placeholder = SqlRules::Placeholder::numbered, .dollar_quotes = true, .nested_comments = true, .casts = true};
constexpr SqlRules mysql{.backslash_escapes = true, .backticks = true, .hash_comments = true};
constexpr SqlRules sqlite{.backticks = true, .brackets = true, .own_named_parameters = true};

void check(std::string_view text, const SqlRules& rules) {
    try {
        const SqlText parsed = parse_sql(text, rules);
        for (const std::string& name : parsed.parameters)
            if (name.empty() || text.find(':' + name) == std::string_view::npos) std::abort();
        if (parsed.parameters.empty() && text.find('\\') == std::string_view::npos && parsed.sql != text) std::abort();
    } catch (const sociable::ArgumentError&) {
    }
}

void check_with_sqlite(std::string_view text) {
    SqlText parsed;
    try {
        parsed = parse_sql(text, sqlite);
    } catch (const sociable::ArgumentError&) {
        return;
    }
    static sqlite3* db = [] {
        sqlite3* opened = nullptr;
        if (sqlite3_open(":memory:", &opened) != SQLITE_OK) std::abort();
        sqlite3_exec(opened, "CREATE TABLE t (a, b, c)", nullptr, nullptr, nullptr);
        return opened;
    }();
    sqlite3_stmt* statement = nullptr;
    const char* rest = nullptr;
    if (sqlite3_prepare_v2(db, parsed.sql.data(), static_cast<int>(parsed.sql.size()), &statement, &rest) ==
            SQLITE_OK &&
        statement && rest == parsed.sql.data() + parsed.sql.size() &&
        sqlite3_bind_parameter_count(statement) != static_cast<int>(parsed.parameters.size()))
        std::abort();
    sqlite3_finalize(statement);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check(text, postgresql);
    check(text, mysql);
    check_with_sqlite(text);
    static_cast<void>(may_change_session(text));
    return 0;
}
