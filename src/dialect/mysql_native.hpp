#pragma once

#include <mysql.h>

#include <string>
#include <string_view>

namespace soci {
class session;
}

namespace sociable::dialect {

/// Opens a closed session with SOCI's MySQL backend.
/// @throws DatabaseError with the server's number and words, `password` replaced in them; the session is closed then
void open_mysql(soci::session& session, const std::string& connect_string, std::string_view password);

/// libmariadb's own handle of an open session, which keeps it.
/// @throws ArgumentError when the session is closed or of another database
MYSQL* mysql_handle(soci::session& session);

}  // namespace sociable::dialect
