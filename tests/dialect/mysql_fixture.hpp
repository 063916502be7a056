#pragma once

#include "dialect/dialects.hpp"
#include "dialect/mysql_native.hpp"

#include <sociable/url/url.hpp>

#include <doctest/doctest.h>
#include <soci/soci.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

namespace sociable::test {

/// The test server's URL, with rights to do everything.
inline Url mysql_url() {
    const char* url = std::getenv("SOCIABLE_TEST_MYSQL_URL");
    if (!url) throw std::runtime_error("set SOCIABLE_TEST_MYSQL_URL to the URL of a MariaDB server for tests");
    return Url(url);
}

/// A name that no other test program running at the same time uses.
inline std::string unique_name(const std::string& name) { return name + "_" + std::to_string(getpid()); }

/// A value with its kind: "int64 5", "text abc", "null".
inline std::string show(const ValueView& value) {
    using Kind = ValueView::Kind;
    switch (value.kind()) {
        case Kind::null: return "null";
        case Kind::int64: return "int64 " + std::to_string(value.as_int64());
        case Kind::uint64: return "uint64 " + std::to_string(value.as_uint64());
        case Kind::float64: return "float64 " + std::to_string(value.as_float64());
        case Kind::text: return "text " + std::string(value.as_text());
        case Kind::blob: return "blob " + std::string(value.as_text());
        default: return "another kind";
    }
}

using Row = std::vector<std::string>;

inline std::vector<Row> rows_of(dialect::Statement& statement) {
    std::vector<Row> rows;
    while (statement.fetch()) {
        Row& row = rows.emplace_back();
        for (std::size_t i = 0; i < statement.columns().size(); ++i) row.push_back(show(statement.cell(i)));
    }
    statement.finish();
    return rows;
}

/// One connection by the MySQL dialect.
struct MysqlConnected {
    explicit MysqlConnected(const Url& url = mysql_url())
        : dialect(dialect::make_mysql_dialect()), driver(dialect->connect(session, url)) {}

    std::unique_ptr<dialect::Statement> prepare(const std::string& sql, std::size_t parameters = 0) {
        return driver->prepare(sql, parameters);
    }
    std::vector<Row> rows(const std::string& sql, const std::vector<ValueView>& values = {}, bool streaming = false) {
        const auto statement = prepare(sql, values.size());
        statement->execute(values, streaming);
        return rows_of(*statement);
    }
    /// The first row.
    Row row(const std::string& sql, const std::vector<ValueView>& values = {}) {
        const auto all = rows(sql, values);
        return all.empty() ? Row{"no row"} : all.front();
    }
    /// The first column of the first row.
    std::string value(const std::string& sql, const std::vector<ValueView>& values = {}) {
        return row(sql, values).front();
    }
    std::string id() { return std::to_string(mysql_thread_id(dialect::mysql_handle(session))); }

    soci::session session;
    std::unique_ptr<dialect::Dialect> dialect;
    std::unique_ptr<dialect::Driver> driver;
};

/// What the database error that `f` throws tells.
template <class F>
DatabaseErrorInfo error_of(F&& f) {
    try {
        f();
    } catch (const DatabaseError& e) {
        return e.info();
    }
    FAIL("no error was thrown");
    return {};
}

/// Ends the connection from another one, and waits until its socket tells.
inline void kill_connection(MysqlConnected& victim) {
    MysqlConnected killer;
    killer.driver->run("KILL " + victim.id());
    while (killer.rows("SELECT id FROM information_schema.processlist WHERE id = " + victim.id()).size() != 0) {
    }
}

}  // namespace sociable::test
