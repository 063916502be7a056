#pragma once

#include <sociable/sociable.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sociable::test {

/// The name of a file in a new directory, which is removed at the end.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory();

    std::string file(std::string_view name) const { return (path_ / name).string(); }
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

enum class Kind { sqlite, postgresql, mysql };

inline const std::vector<Kind> all_kinds{Kind::sqlite, Kind::postgresql, Kind::mysql};
inline const std::vector<Kind> servers{Kind::postgresql, Kind::mysql};

std::string to_string(Kind kind);

/// An empty database: an SQLite file, a schema of the PostgreSQL server, a database of the MariaDB server, named by
/// SOCIABLE_TEST_POSTGRESQL_URL and SOCIABLE_TEST_MYSQL_URL. Dropped at the end.
class Database {
public:
    explicit Database(Kind kind);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    Kind kind() const noexcept { return kind_; }
    const Url& url() const noexcept { return url_; }
    /// An engine with a QueuePool, also on SQLite, unless the options say otherwise.
    Engine engine(EngineOptions options = {}) const;
    /// Kills the server's side of the connection, by another one. Not for SQLite.
    void kill(Connection& connection) const;
    /// Of the connection's server side, as text. Not for SQLite.
    static std::string server_id(Connection& connection);

    /// The type that holds a binary string.
    std::string blob_type() const { return kind_ == Kind::postgresql ? "bytea" : "blob"; }

private:
    Kind kind_;
    TemporaryDirectory directory_;
    std::string name_;
    Url url_;
};

/// Runs `f(database)` on a fresh one of each kind, as a subcase of its name.
template <class F>
void on_each(const std::vector<Kind>& kinds, F&& f) {
    for (const Kind kind : kinds) {
        DOCTEST_SUBCASE(to_string(kind).c_str()) {
            Database database(kind);
            f(database);
        }
    }
}

/// A table `items (id integer primary key, name varchar(100))`.
void create_items(Engine& engine);
/// How many items a connection of its own sees.
int count_items(Engine& engine);

}  // namespace sociable::test
