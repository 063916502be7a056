#include "dialect/postgresql_errors.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <system_error>

namespace sociable::dialect {

namespace {

struct Rule {
    std::string_view prefix;  ///< of an SQLSTATE
    ErrorKind kind;
};

// The first prefix that fits decides.
constexpr std::array rules{
    Rule{"23505", ErrorKind::unique},     Rule{"23503", ErrorKind::foreign_key},
    Rule{"23502", ErrorKind::not_null},   Rule{"23514", ErrorKind::check},
    Rule{"23", ErrorKind::integrity},     Rule{"08", ErrorKind::operational},  // connection
    Rule{"0A", ErrorKind::not_supported}, Rule{"20", ErrorKind::programming},  // case not found
    Rule{"21", ErrorKind::programming},                                        // cardinality
    Rule{"22", ErrorKind::data},          Rule{"24", ErrorKind::internal},     // cursor state
    Rule{"25", ErrorKind::internal},                                           // transaction state
    Rule{"26", ErrorKind::operational},                                        // name of a prepared statement
    Rule{"27", ErrorKind::operational},                                        // triggered data change
    Rule{"28", ErrorKind::operational},                                        // authorization
    Rule{"2B", ErrorKind::internal},                                           // dependent privileges
    Rule{"2D", ErrorKind::internal},                                           // end of a transaction
    Rule{"2F", ErrorKind::internal},                                           // SQL routine
    Rule{"34", ErrorKind::operational},                                        // name of a cursor
    Rule{"38", ErrorKind::internal},                                           // external routine
    Rule{"39", ErrorKind::internal},      Rule{"3B", ErrorKind::internal},     // savepoint
    Rule{"3D", ErrorKind::programming},                                        // name of a database
    Rule{"3F", ErrorKind::programming},                                        // name of a schema
    Rule{"40", ErrorKind::operational},                                        // serialization, deadlock
    Rule{"42", ErrorKind::programming},                                        // syntax, access
    Rule{"44", ErrorKind::programming},                                        // WITH CHECK OPTION
    Rule{"5", ErrorKind::operational},   // resources, limits, locks, operator, system
    Rule{"F0", ErrorKind::internal},     // configuration file
    Rule{"HV", ErrorKind::operational},  // foreign data
    Rule{"P0", ErrorKind::internal},     // PL/pgSQL
    Rule{"XX", ErrorKind::internal},
};

// Cases and cardinalities, data, constraints, functions of the user's, views' CHECK OPTION, limits.
constexpr std::array<std::string_view, 9> states_of_values{"20", "21", "22", "23", "2F", "38", "39", "44", "54"};

// Serialization failure, deadlock, lock not available.
constexpr std::array<std::string_view, 3> retryable{"40001", "40P01", "55P03"};

std::string one_line(std::string_view text) {
    std::string line;
    for (const char c : text) {
        if (std::isspace(static_cast<unsigned char>(c)) == 0)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    if (!line.empty() && line.back() == ' ') line.pop_back();
    return line;
}

std::string_view field(const PGresult* result, int code) {
    const char* text = result ? PQresultErrorField(result, code) : nullptr;
    return text ? text : "";
}

// libpq's own errors have no fields.
std::string_view client_text(PGconn* connection, const PGresult* result) {
    const std::string_view text = result ? PQresultErrorMessage(result) : "";
    return text.empty() ? std::string_view(PQerrorMessage(connection)) : text;
}

bool cannot_be_reached(std::string_view text) {
    constexpr std::array<std::string_view, 4> phrases{"could not translate host name", "timeout expired",
                                                      "server closed the connection", "the database system is "};
    constexpr std::array codes{ECONNREFUSED, ETIMEDOUT,  EHOSTUNREACH, ENETUNREACH,
                               EHOSTDOWN,    ECONNRESET, EPIPE,        ECONNABORTED};
    const auto in_text = [text](std::string_view phrase) { return text.find(phrase) != std::string_view::npos; };
    // Asked of the system, as libpq does, so that it is in the same language.
    const auto says = [](int code) { return ": " + std::generic_category().message(code); };
    return std::any_of(phrases.begin(), phrases.end(), in_text) ||
           std::any_of(codes.begin(), codes.end(), [&](int code) { return in_text(says(code)); }) ||
           in_text("failed" + says(ENOENT));  // of a socket, not of a certificate
}

/// Before a connection is made libpq gives the text only, and not the SQLSTATE that came with it. In another language
/// than English it stays unknown.
std::string_view sqlstate_of(std::string_view text) {
    struct Phrase {
        std::string_view words;
        std::string_view sqlstate;
    };
    constexpr std::array phrases{
        Phrase{"too many clients already", "53300"}, Phrase{"remaining connection slots are reserved", "53300"},
        Phrase{"too many connections for", "53300"}, Phrase{"the database system is ", "57P03"},
        Phrase{"password authentication failed", "28P01"}};
    for (const Phrase& phrase : phrases)
        if (text.find(phrase.words) != std::string_view::npos) return phrase.sqlstate;
    return {};
}

}  // namespace

ErrorKind postgresql_error_kind(std::string_view sqlstate) noexcept {
    const auto rule =
        std::find_if(rules.begin(), rules.end(), [sqlstate](const Rule& r) { return sqlstate.starts_with(r.prefix); });
    return rule == rules.end() ? ErrorKind::database : rule->kind;
}

bool may_be_of_values(std::string_view sqlstate) noexcept {
    if (sqlstate.empty()) return false;
    const bool is_users_own = sqlstate.starts_with("P0") || postgresql_error_kind(sqlstate) == ErrorKind::database;
    return is_users_own || std::any_of(states_of_values.begin(), states_of_values.end(),
                                       [&](std::string_view state) { return sqlstate.starts_with(state); });
}

DatabaseErrorInfo postgresql_error(PGconn* connection, const PGresult* result) {
    DatabaseErrorInfo info;
    const std::string_view message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    // As the server wrote it, so that the values it quotes can still be found in it.
    info.message = message.empty() ? one_line(client_text(connection, result)) : std::string(message);
    info.sqlstate = field(result, PG_DIAG_SQLSTATE);
    // The state says more than the SQLSTATE: dblink reports a 08001 on a connection that is well.
    info.is_disconnect = PQstatus(connection) != CONNECTION_OK;
    if (info.sqlstate.empty() && info.is_disconnect) info.sqlstate = "08006";
    info.is_retryable = std::find(retryable.begin(), retryable.end(), info.sqlstate) != retryable.end();
    info.kind = info.sqlstate.empty() ? ErrorKind::interface : postgresql_error_kind(info.sqlstate);
    return info;
}

DatabaseErrorInfo postgresql_connect_error(std::string_view text) {
    DatabaseErrorInfo info;
    info.kind = ErrorKind::operational;
    info.message = one_line(text);
    info.sqlstate = sqlstate_of(text);
    info.is_disconnect = cannot_be_reached(text);
    info.is_retryable = info.sqlstate == "53300";  // a place may come free
    return info;
}

void refuse_nul(std::string_view text, std::string_view what) {
    if (text.find('\0') == std::string_view::npos) return;
    DatabaseErrorInfo info;
    info.kind = ErrorKind::data;
    info.sqlstate = "22021";
    info.message = "PostgreSQL: " + std::string(what) + " can't hold NUL";
    raise(std::move(info));
}

}  // namespace sociable::dialect
