#pragma once

#include "dialect/dialects.hpp"

#include <sociable/url/url.hpp>

#include <soci/soci.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

namespace sociable::test {

/// An empty directory that is gone with the object.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        static std::atomic<int> count{0};
        path_ = std::filesystem::temp_directory_path() /
                ("sociable-" + std::to_string(getpid()) + "-" + std::to_string(++count));
        std::filesystem::create_directory(path_);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

inline Url sqlite_file(const std::string& path) { return Url("sqlite://").with_database(path); }

/// One connection by the SQLite dialect. In memory unless a URL is given.
struct Connected {
    explicit Connected(const Url& url = Url("sqlite://"), const SqliteOptions& options = {})
        : dialect(dialect::make_sqlite_dialect(options)), driver(dialect->connect(session, url)) {}

    /// Executes, and gives what the first column has in each row, as SQLite prints it.
    std::vector<std::string> texts(const std::string& sql, std::vector<ValueView> values = {}) {
        const auto statement = driver->prepare(sql, values.size());
        statement->execute(values, false);
        std::vector<std::string> result;
        while (statement->fetch()) {
            const ValueView cell = statement->cell(0);
            if (cell.kind() == ValueView::Kind::int64)
                result.push_back(std::to_string(cell.as_int64()));
            else
                result.emplace_back(cell.is_null() ? "NULL" : cell.as_text());
        }
        statement->finish();
        return result;
    }
    std::string text(const std::string& sql, std::vector<ValueView> values = {}) {
        const auto all = texts(sql, std::move(values));
        return all.empty() ? "no row" : all.front();
    }

    soci::session session;
    std::unique_ptr<dialect::Dialect> dialect;
    std::unique_ptr<dialect::Driver> driver;
};

}  // namespace sociable::test
