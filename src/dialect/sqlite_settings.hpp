#pragma once

#include <sociable/dialect/sqlite_options.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct sqlite3;

namespace sociable::dialect {

/// A pragma's value; nothing when SQLite has no such pragma or it has no value.
/// @throws ArgumentError when the name is no identifier; DatabaseError
std::optional<std::string> read_pragma(::sqlite3* db, const std::string& name);
/// @throws ArgumentError as read_pragma(); DatabaseError. SQLite itself ignores a value that it doesn't understand.
void write_pragma(::sqlite3* db, const std::string& name, const std::string& value);

/// Sets what the options say on a new connection.
void apply_options(::sqlite3* db, const SqliteOptions& options);

/// What the settings of a session were after connecting.
class SqliteSettings {
public:
    explicit SqliteSettings(::sqlite3* db);

    /// @throws ArgumentError for a setting that can't be read, and so could not be put back
    void set(const std::string& name, const std::string& value);
    void restore(const std::string& name);
    /// Drops temporary tables, detaches databases and puts back every setting. Not inside a transaction.
    void reset();

private:
    using Values = std::vector<std::pair<std::string, std::string>>;

    const std::string* default_of(const std::string& name) const;
    void drop_databases();
    void drop_temporary();

    ::sqlite3* db_;
    Values defaults_;
};

}  // namespace sociable::dialect
