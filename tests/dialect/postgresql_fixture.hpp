#pragma once

#include "dialect/dialects.hpp"

#include <sociable/types/codec.hpp>

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include <libpq-fe.h>

#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace sociable::test {

inline Url postgresql_url() {
    const char* text = std::getenv("SOCIABLE_TEST_POSTGRESQL_URL");
    if (!text) throw std::runtime_error("SOCIABLE_TEST_POSTGRESQL_URL must name a PostgreSQL server for the tests");
    return Url(text);
}

/// One connection to the server of the tests.
struct PostgresqlConnection {
    explicit PostgresqlConnection(const Url& where = postgresql_url()) : url(where) {
        dialect->check(url);
        driver = dialect->connect(session, url);
    }

    PGconn* native() { return static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_; }

    std::unique_ptr<dialect::Statement> prepare(const std::string& sql, std::size_t parameters = 0) {
        return driver->prepare(sql, parameters);
    }

    std::int64_t execute(const std::string& sql, std::initializer_list<ValueView> values = {}) {
        const auto statement = prepare(sql, values.size());
        statement->execute(std::span(values.begin(), values.size()), false);
        return statement->affected_rows();
    }

    template <class T>
    T scalar(const std::string& sql, std::initializer_list<ValueView> values = {}) {
        const auto statement = prepare(sql, values.size());
        statement->execute(std::span(values.begin(), values.size()), false);
        if (!statement->fetch()) throw std::runtime_error("no row from: " + sql);
        return Codec<T>::decode(statement->cell(0));
    }

    int process() { return scalar<int>("SELECT pg_backend_pid()"); }

    Url url;
    std::unique_ptr<dialect::Dialect> dialect = dialect::make_postgresql_dialect();
    soci::session session;
    std::unique_ptr<dialect::Driver> driver;
};

/// Ends the server process of another connection and returns when the server has closed it.
inline void terminate(PostgresqlConnection& from, int process) {
    from.execute("SELECT pg_terminate_backend($1, 5000)", {ValueView::int32(process)});
}

/// The error that the function throws. @throws std::runtime_error when it throws none
template <class Function>
DatabaseErrorInfo error_of(Function&& function) {
    try {
        function();
    } catch (const DatabaseError& e) {
        return e.info();
    }
    throw std::runtime_error("no DatabaseError was thrown");
}

}  // namespace sociable::test
