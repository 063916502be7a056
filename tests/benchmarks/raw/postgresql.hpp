#pragma once

#include <libpq-fe.h>

#include <charconv>
#include <memory>
#include <stdexcept>
#include <string>

/// The limit: libpq, and no more around it than errors and lifetimes need.
namespace raw {

struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, Clear>;

class Postgresql {
public:
    explicit Postgresql(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
        if (PQstatus(connection_) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection_));
    }
    Postgresql(const Postgresql&) = delete;
    ~Postgresql() { PQfinish(connection_); }

    PGconn* get() const { return connection_; }
    PgResult check(PGresult* result) const {
        PgResult owned(result);
        const auto status = PQresultStatus(result);
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_COPY_IN &&
            status != PGRES_SINGLE_TUPLE)
            throw std::runtime_error(PQerrorMessage(connection_));
        return owned;
    }
    PgResult run(const std::string& sql) const { return check(PQexec(connection_, sql.c_str())); }
    void prepare(const char* name, const char* sql) const { check(PQprepare(connection_, name, sql, 0, nullptr)); }

private:
    PGconn* connection_;
};

template <class T>
T number(const PgResult& result, int row, int column) {
    T value{};
    const char* text = PQgetvalue(result.get(), row, column);
    std::from_chars(text, text + PQgetlength(result.get(), row, column), value);
    return value;
}

inline std::string text(const PgResult& result, int row, int column) {
    return {PQgetvalue(result.get(), row, column), static_cast<std::size_t>(PQgetlength(result.get(), row, column))};
}

}  // namespace raw
