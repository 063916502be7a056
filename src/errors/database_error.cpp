#include <sociable/errors/database_error.hpp>

#include <utility>

namespace sociable {

namespace {

const char* class_name(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::database: return "DatabaseError";
        case ErrorKind::interface: return "InterfaceError";
        case ErrorKind::data: return "DataError";
        case ErrorKind::operational: return "OperationalError";
        case ErrorKind::commit_outcome_unknown: return "CommitOutcomeUnknown";
        case ErrorKind::integrity: return "IntegrityError";
        case ErrorKind::unique: return "UniqueViolation";
        case ErrorKind::foreign_key: return "ForeignKeyViolation";
        case ErrorKind::not_null: return "NotNullViolation";
        case ErrorKind::check: return "CheckViolation";
        case ErrorKind::internal: return "InternalError";
        case ErrorKind::programming: return "ProgrammingError";
        case ErrorKind::not_supported: return "NotSupportedError";
    }
    return "DatabaseError";
}

std::string describe(const DatabaseErrorInfo& info) {
    std::string text = class_name(info.kind);
    text += ": " + info.message;
    if (!info.sqlstate.empty()) text += " (SQLSTATE " + info.sqlstate + ')';
    if (info.native_code != 0) text += " (code " + std::to_string(info.native_code) + ')';
    if (!info.statement.empty()) text += "\n  in: " + info.statement;
    return text;
}

}  // namespace

DatabaseError::DatabaseError(DatabaseErrorInfo info) : Error(describe(info)), info_(std::move(info)) {}

void raise(DatabaseErrorInfo info) {
    switch (info.kind) {
        case ErrorKind::database: break;
        case ErrorKind::interface: throw InterfaceError(std::move(info));
        case ErrorKind::data: throw DataError(std::move(info));
        case ErrorKind::operational: throw OperationalError(std::move(info));
        case ErrorKind::commit_outcome_unknown: throw CommitOutcomeUnknown(std::move(info));
        case ErrorKind::integrity: throw IntegrityError(std::move(info));
        case ErrorKind::unique: throw UniqueViolation(std::move(info));
        case ErrorKind::foreign_key: throw ForeignKeyViolation(std::move(info));
        case ErrorKind::not_null: throw NotNullViolation(std::move(info));
        case ErrorKind::check: throw CheckViolation(std::move(info));
        case ErrorKind::internal: throw InternalError(std::move(info));
        case ErrorKind::programming: throw ProgrammingError(std::move(info));
        case ErrorKind::not_supported: throw NotSupportedError(std::move(info));
    }
    throw DatabaseError(std::move(info));
}

}  // namespace sociable
