#pragma once

#include <sociable/errors/database_error.hpp>

#include <libpq-fe.h>

#include <string>
#include <string_view>

namespace sociable::dialect {

/// Which exception an SQLSTATE becomes. The classes are those that psycopg2, and so SQLAlchemy, give.
ErrorKind postgresql_error_kind(std::string_view sqlstate) noexcept;

/// Whether the values of a row may have caused an error, be it by user code that raised it; not so the statement, its
/// transaction, or the server.
bool may_be_of_values(std::string_view sqlstate) noexcept;

/// What went wrong, of a result, or of the connection when `result` is null. Details and hints are left out: they quote
/// rows.
DatabaseErrorInfo postgresql_error(PGconn* connection, const PGresult* result);

/// What went wrong in connecting, of which SOCI keeps nothing but libpq's text.
DatabaseErrorInfo postgresql_connect_error(std::string_view text);

/// PostgreSQL takes text up to the first NUL. @throws DataError (22021) that says what can't have one
void refuse_nul(std::string_view text, std::string_view what);

}  // namespace sociable::dialect
