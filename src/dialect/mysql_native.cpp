#include "dialect/mysql_native.hpp"

#include "dialect/mysql_errors.hpp"
#include "errors/redact.hpp"

#include <sociable/errors/error.hpp>

#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>

namespace sociable::dialect {

void open_mysql(soci::session& session, const std::string& connect_string, std::string_view password) {
    try {
        // The factory object, not its name: parameters made from a name share a count that races between threads.
        session.open(soci::mysql, connect_string);
    } catch (const soci::mysql_soci_error& e) {
        raise(describe_mysql_error(e.err_num_, {}, errors::redact_secret(e.get_error_message(), password)).info);
    } catch (const soci::soci_error& e) {
        raise({.kind = ErrorKind::interface,
               .message = errors::redact_secret(e.get_error_message(), password),
               .sqlstate = {},
               .statement = {}});
    }
}

// SOCI keeps the type information of its session class to itself: neither dynamic_cast nor the sanitizer can have it.
__attribute__((no_sanitize("vptr"))) MYSQL* mysql_handle(soci::session& session) {
    if (!session.get_backend() || session.get_backend_name() != "mysql")
        throw ArgumentError("the session isn't open on MariaDB or MySQL, as the engine's URL has it");
    return static_cast<soci::mysql_session_backend*>(session.get_backend())->conn_;
}

}  // namespace sociable::dialect
