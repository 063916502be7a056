#include "dialect/mysql_errors.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace sociable::dialect {

namespace {

enum class After {
    nothing,
    retry,        ///< the same may succeed when run again
    rolled_back,  ///< as retry, and the server has rolled back the whole transaction
    disconnect
};

struct Meaning {
    ErrorKind kind;
    After after = After::nothing;
};

struct Entry {
    unsigned number;
    Meaning meaning;
};

using enum ErrorKind;

// Only numbers whose SQLSTATE says too little (HY000), or something else than a user expects; see by_sqlstate().
constexpr Entry table[] = {
    // Constraints.
    {1022, {unique}},       // ER_DUP_KEY
    {1062, {unique}},       // ER_DUP_ENTRY
    {1169, {unique}},       // ER_DUP_UNIQUE
    {1586, {unique}},       // ER_DUP_ENTRY_WITH_KEY_NAME
    {1859, {unique}},       // ER_DUP_UNKNOWN_IN_INDEX
    {1216, {foreign_key}},  // ER_NO_REFERENCED_ROW
    {1217, {foreign_key}},  // ER_ROW_IS_REFERENCED
    {1451, {foreign_key}},  // ER_ROW_IS_REFERENCED_2
    {1452, {foreign_key}},  // ER_NO_REFERENCED_ROW_2
    {1048, {not_null}},     // ER_BAD_NULL_ERROR
    {1364, {not_null}},     // ER_NO_DEFAULT_FOR_FIELD
    {3819, {check}},        // ER_CHECK_CONSTRAINT_VIOLATED (MySQL)
    {4025, {check}},        // ER_CONSTRAINT_FAILED (MariaDB)

    // Values.
    {1264, {data}},                     // ER_WARN_DATA_OUT_OF_RANGE
    {1265, {data}},                     // WARN_DATA_TRUNCATED
    {1292, {data}},                     // ER_TRUNCATED_WRONG_VALUE
    {1301, {data}},                     // ER_WARN_ALLOWED_PACKET_OVERFLOWED
    {1366, {data}},                     // ER_TRUNCATED_WRONG_VALUE_FOR_FIELD
    {1367, {data}},                     // ER_ILLEGAL_VALUE_FOR_TYPE
    {1406, {data}},                     // ER_DATA_TOO_LONG
    {1411, {data}},                     // ER_WRONG_VALUE_FOR_TYPE
    {1525, {data}},                     // ER_WRONG_VALUE
    {1690, {data}},                     // ER_DATA_OUT_OF_RANGE
    {1153, {data, After::disconnect}},  // ER_NET_PACKET_TOO_LARGE: the server hangs up

    // Wrong statements.
    {1007, {programming}},  // ER_DB_CREATE_EXISTS
    {1008, {programming}},  // ER_DB_DROP_EXISTS
    {1099, {programming}},  // ER_TABLE_NOT_LOCKED_FOR_WRITE
    {1100, {programming}},  // ER_TABLE_NOT_LOCKED
    {1193, {programming}},  // ER_UNKNOWN_SYSTEM_VARIABLE
    {1210, {programming}},  // ER_WRONG_ARGUMENTS
    {1221, {programming}},  // ER_WRONG_USAGE
    {1238, {programming}},  // ER_INCORRECT_GLOBAL_LOCAL_VAR
    {1359, {programming}},  // ER_TRG_ALREADY_EXISTS
    {1360, {programming}},  // ER_TRG_DOES_NOT_EXIST
    {1568, {programming}},  // ER_CANT_CHANGE_TX_CHARACTERISTICS

    // What the server can't do.
    {1031, {not_supported}},  // ER_ILLEGAL_HA
    {1178, {not_supported}},  // ER_CHECK_NOT_IMPLEMENTED
    {1235, {not_supported}},  // ER_NOT_SUPPORTED_YET
    {1286, {not_supported}},  // ER_UNKNOWN_STORAGE_ENGINE
    {1289, {not_supported}},  // ER_FEATURE_DISABLED
    {1295, {not_supported}},  // ER_UNSUPPORTED_PS

    // Access and limits, of which several have the SQLSTATE of a wrong statement.
    {1040, {operational, After::retry}},  // ER_CON_COUNT_ERROR: a place may come free
    {1044, {operational}},                // ER_DBACCESS_DENIED_ERROR
    {1045, {operational}},                // ER_ACCESS_DENIED_ERROR
    {1049, {operational}},                // ER_BAD_DB_ERROR
    {1104, {operational}},                // ER_TOO_BIG_SELECT
    {1203, {operational, After::retry}},  // ER_TOO_MANY_USER_CONNECTIONS
    {1226, {operational, After::retry}},  // ER_USER_LIMIT_REACHED
    {1461, {operational}},                // ER_MAX_PREPARED_STMT_COUNT_REACHED
    {1815, {internal}},                   // ER_INTERNAL_ERROR

    // Other transactions.
    {1020, {operational, After::rolled_back}},  // ER_CHECKREAD
    {1205, {operational, After::retry}},        // ER_LOCK_WAIT_TIMEOUT
    {1213, {operational, After::rolled_back}},  // ER_LOCK_DEADLOCK
    {1412, {operational, After::retry}},        // ER_TABLE_DEF_CHANGED
    {1614, {operational, After::rolled_back}},  // ER_XA_RBDEADLOCK
    {1615, {operational, After::retry}},        // ER_NEED_REPREPARE
    {3058, {operational, After::retry}},        // ER_USER_LOCK_DEADLOCK (MySQL)
    {3572, {operational, After::retry}},        // ER_LOCK_NOWAIT (MySQL)

    // The connection is gone, or its server serves nobody.
    {1047, {operational, After::disconnect}},  // ER_UNKNOWN_COM_ERROR: Galera's node is not ready
    {1053, {operational, After::disconnect}},  // ER_SERVER_SHUTDOWN
    {1077, {operational, After::disconnect}},  // ER_NORMAL_SHUTDOWN
    {1079, {operational, After::disconnect}},  // ER_SHUTDOWN_COMPLETE
    {1080, {operational, After::disconnect}},  // ER_FORCING_CLOSE
    {1152, {operational, After::disconnect}},  // ER_ABORTING_CONNECTION
    {1158, {operational, After::disconnect}},  // ER_NET_READ_ERROR
    {1159, {operational, After::disconnect}},  // ER_NET_READ_INTERRUPTED
    {1160, {operational, After::disconnect}},  // ER_NET_ERROR_ON_WRITE
    {1161, {operational, After::disconnect}},  // ER_NET_WRITE_INTERRUPTED
    {1184, {operational, After::disconnect}},  // ER_NEW_ABORTING_CONNECTION
    {1927, {operational, After::disconnect}},  // ER_CONNECTION_KILLED
    {3169, {operational, After::disconnect}},  // ER_SESSION_WAS_KILLED (MySQL)
    {4031, {operational, After::disconnect}},  // ER_CLIENT_INTERACTION_TIMEOUT (MySQL)
    {2002, {operational, After::disconnect}},  // CR_CONNECTION_ERROR
    {2003, {operational, After::disconnect}},  // CR_CONN_HOST_ERROR
    {2005, {operational, After::disconnect}},  // CR_UNKNOWN_HOST
    {2006, {operational, After::disconnect}},  // CR_SERVER_GONE_ERROR
    {2012, {operational, After::disconnect}},  // CR_SERVER_HANDSHAKE_ERR
    {2013, {operational, After::disconnect}},  // CR_SERVER_LOST
    {2026, {operational, After::disconnect}},  // CR_SSL_CONNECTION_ERROR
    {2027, {operational, After::disconnect}},  // CR_MALFORMED_PACKET
    {2048, {operational, After::disconnect}},  // CR_INVALID_CONN_HANDLE
    {2055, {operational, After::disconnect}},  // CR_SERVER_LOST_EXTENDED

    // The client library refuses the call, or gets no socket from the system.
    {2004, {operational}},  // CR_IPSOCK_ERROR
    {2014, {interface}},  // CR_COMMANDS_OUT_OF_SYNC
    {2036, {interface}},  // CR_UNSUPPORTED_PARAM_TYPE
};

Meaning by_sqlstate(std::string_view sqlstate) {
    const std::string_view group = sqlstate.substr(0, 2);
    if (group == "22") return {data};
    if (group == "23") return {integrity};
    if (group == "21" || group == "42") return {programming};
    if (group == "0A") return {not_supported};
    if (group == "40") return {operational, After::rolled_back};
    return {operational};
}

Meaning meaning_of(unsigned number, std::string_view sqlstate) {
    const auto* known = std::ranges::find(table, number, &Entry::number);
    return known != std::ranges::end(table) ? known->meaning : by_sqlstate(sqlstate);
}

// SOCI keeps only the number of an error in connecting.
std::string_view sqlstate_of(unsigned number) {
    switch (number) {
        case 1040: return "08004";
        case 1044:
        case 1049:
        case 1203:
        case 1226: return "42000";
        case 1045:
        case 1698: return "28000";
        default: return "HY000";
    }
}

}  // namespace

MysqlError describe_mysql_error(unsigned number, std::string sqlstate, std::string message) {
    if (sqlstate.empty()) sqlstate = sqlstate_of(number);
    const Meaning meaning = meaning_of(number, sqlstate);
    MysqlError error;
    error.info.kind = meaning.kind;
    error.info.message = std::move(message);
    error.info.sqlstate = std::move(sqlstate);
    error.info.native_code = static_cast<int>(number);
    error.info.is_disconnect = meaning.after == After::disconnect;
    error.info.is_retryable = meaning.after == After::retry || meaning.after == After::rolled_back;
    error.rolled_back = meaning.after == After::rolled_back;
    return error;
}

}  // namespace sociable::dialect
