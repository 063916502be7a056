#include "dialect/sqlite_settings.hpp"

#include "dialect/choices.hpp"
#include "dialect/sqlite_errors.hpp"
#include "dialect/sqlite_sql.hpp"

#include <sociable/errors/error.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <new>

namespace sociable::dialect {

namespace {

// What belongs to the connection and is likely to be changed. `query_only` comes first, because it forbids others.
constexpr std::array session_pragmas{"query_only",
                                     "read_uncommitted",
                                     "foreign_keys",
                                     "recursive_triggers",
                                     "ignore_check_constraints",
                                     "writable_schema",
                                     "reverse_unordered_selects",
                                     "busy_timeout",
                                     "synchronous",
                                     "cache_size",
                                     "mmap_size",
                                     "temp_store",
                                     "wal_autocheckpoint",
                                     "locking_mode",
                                     "journal_mode"};

struct SqliteFree {
    void operator()(char* text) const noexcept { sqlite3_free(text); }
};

// `format` has SQLite's own conversions: %w for what stands in "...", %Q for a text with its quotes.
template <class... Args>
std::string sql(const char* format, const Args&... args) {
    const std::unique_ptr<char, SqliteFree> text(sqlite3_mprintf(format, args.c_str()...));
    if (!text) throw std::bad_alloc();
    return text.get();
}

void expect_identifier(const std::string& name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (name.empty() || !std::all_of(name.begin(), name.end(), allowed))
        throw ArgumentError("the name of a SQLite setting is made of letters, digits and underscores, not '" + name +
                            "'");
}

std::string text_of(::sqlite3_stmt* statement, int column) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return text ? text : "";
}

// Connections that switch a new file at the same moment get "database is locked" at once, whatever the busy timeout.
void switch_to_wal(::sqlite3* db, std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    for (;;) {
        try {
            return write_pragma(db, "journal_mode", "WAL");
        } catch (const OperationalError& e) {
            if (!e.is_retryable() || std::chrono::steady_clock::now() >= deadline) throw;
        }
        sqlite3_sleep(1);
    }
}

}  // namespace

std::optional<std::string> read_pragma(::sqlite3* db, const std::string& name) {
    expect_identifier(name);
    const SqliteHandle statement = prepare_sqlite(db, "PRAGMA " + name, false);
    switch (sqlite3_step(statement.get())) {
        case SQLITE_ROW: return text_of(statement.get(), 0);
        case SQLITE_DONE: return std::nullopt;
        default: raise_sqlite_error(db);
    }
}

void write_pragma(::sqlite3* db, const std::string& name, const std::string& value) {
    expect_identifier(name);
    if (value.find('\0') != std::string::npos)
        throw ArgumentError("the value of the SQLite setting '" + name + "' has a NUL character in it");
    run_sqlite(db, sql("PRAGMA %s = %Q", name, value));
}

void apply_options(::sqlite3* db, const SqliteOptions& options) {
    // First, so that the others wait for a lock too.
    sqlite3_busy_timeout(db, static_cast<int>(options.busy_timeout.count()));
    write_pragma(db, "foreign_keys", options.foreign_keys ? "ON" : "OFF");
    const bool in_memory = *sqlite3_db_filename(db, "main") == '\0';
    const bool writable = sqlite3_db_readonly(db, "main") == 0;
    if (options.wal && !in_memory && writable) switch_to_wal(db, options.busy_timeout);
    if (options.throughput) {
        write_pragma(db, "mmap_size", "268435456");
        write_pragma(db, "cache_size", "10000");
        write_pragma(db, "synchronous", "NORMAL");
        write_pragma(db, "temp_store", "MEMORY");
    }
}

SqliteSettings::SqliteSettings(::sqlite3* db) : db_(db) {
    for (const char* name : session_pragmas)
        if (auto value = read_pragma(db_, name)) defaults_.emplace_back(name, std::move(*value));
}

void SqliteSettings::set(const std::string& name, const std::string& value) {
    const std::string lower = lower_case(name);
    if (!default_of(lower)) {
        auto before = read_pragma(db_, lower);
        if (!before) throw ArgumentError("SQLite has no setting '" + name + "' that can be read and put back");
        defaults_.emplace_back(lower, std::move(*before));
    }
    write_pragma(db_, lower, value);
}

void SqliteSettings::restore(const std::string& name) {
    const std::string lower = lower_case(name);
    if (const std::string* value = default_of(lower)) write_pragma(db_, lower, *value);
}

void SqliteSettings::reset() {
    drop_databases();
    for (const auto& [name, value] : defaults_) {
        if (read_pragma(db_, name) == value) continue;
        write_pragma(db_, name, value);
        // Its lock goes with the next transaction; in WAL mode, only with one that writes.
        if (name == "locking_mode") run_sqlite(db_, "BEGIN IMMEDIATE; COMMIT");
    }
    // `case_sensitive_like` can't be read. Setting it always would replace a `like` function of the user's own.
    const SqliteHandle like = prepare_sqlite(db_, "SELECT 'a' LIKE 'A'", false);
    const bool case_sensitive = sqlite3_step(like.get()) == SQLITE_ROW && sqlite3_column_int(like.get(), 0) == 0;
    sqlite3_reset(like.get());
    if (case_sensitive) run_sqlite(db_, "PRAGMA case_sensitive_like = OFF");
}

const std::string* SqliteSettings::default_of(const std::string& name) const {
    for (const auto& [known, value] : defaults_)
        if (known == name) return &value;
    return nullptr;
}

void SqliteSettings::drop_databases() {
    const SqliteHandle list = prepare_sqlite(db_, "PRAGMA database_list", false);
    std::vector<std::string> attached;
    bool temporary = false;
    while (sqlite3_step(list.get()) == SQLITE_ROW) {
        const std::string name = text_of(list.get(), 1);
        if (name == "temp")
            temporary = true;
        else if (name != "main")
            attached.push_back(name);
    }
    sqlite3_reset(list.get());
    for (const std::string& name : attached) run_sqlite(db_, sql("DETACH \"%w\"", name));
    if (temporary) drop_temporary();
}

void SqliteSettings::drop_temporary() {
    // SQLite drops all that is temporary when it is to be stored elsewhere.
    const std::string where = read_pragma(db_, "temp_store").value_or("0");
    write_pragma(db_, "temp_store", where == "2" ? "1" : "2");
    write_pragma(db_, "temp_store", where);
}

}  // namespace sociable::dialect
