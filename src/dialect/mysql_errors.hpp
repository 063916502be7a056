#pragma once

#include <sociable/errors/database_error.hpp>

#include <string>

namespace sociable::dialect {

struct MysqlError {
    DatabaseErrorInfo info;
    /// The server has rolled the whole transaction back, not only the statement.
    bool rolled_back = false;
};

/// What one of MariaDB's and MySQL's error numbers means; those of the client library are the ones from 2000 to 2999.
/// `sqlstate` may be empty, as SOCI leaves it when connecting.
MysqlError describe_mysql_error(unsigned number, std::string sqlstate, std::string message);

}  // namespace sociable::dialect
