#pragma once

#include <sociable/errors/error.hpp>

#include <string>

namespace sociable {

/// Which exception a database's error becomes. SQLAlchemy's classes, which are those of Python's DB-API (PEP 249), with
/// finer kinds below the integrity errors.
enum class ErrorKind {
    database,                ///< DatabaseError: nothing finer is known
    interface,               ///< InterfaceError: the client library refused the call
    data,                    ///< DataError
    operational,             ///< OperationalError
    commit_outcome_unknown,  ///< CommitOutcomeUnknown
    integrity,               ///< IntegrityError: a constraint of another kind than the four below
    unique,                  ///< UniqueViolation
    foreign_key,             ///< ForeignKeyViolation
    not_null,                ///< NotNullViolation
    check,                   ///< CheckViolation
    internal,                ///< InternalError
    programming,             ///< ProgrammingError
    not_supported            ///< NotSupportedError
};

/// What is known of an error that a database or its client library reported.
struct DatabaseErrorInfo {
    ErrorKind kind = ErrorKind::database;
    /// What the database said, in its words. Bound values and passwords are replaced by `***`.
    std::string message{};
    /// Five characters of SQL's SQLSTATE; empty where the database gives none (SQLite).
    std::string sqlstate{};
    /// MariaDB's error number, SQLite's extended result code, 0 on PostgreSQL.
    int native_code = 0;
    /// The connection is gone: the server closed it, went away, or can't be reached.
    bool is_disconnect = false;
    /// The same transaction may well succeed when it is run again: serialization failure, deadlock, lock timeout, busy.
    bool is_retryable = false;
    /// The statement as it was given to `execute`, with its parameters' names and never their values.
    std::string statement{};
};

/// The root of what databases report. The subclass says what kind of error it is, the members what exactly.
class DatabaseError : public Error {
public:
    explicit DatabaseError(DatabaseErrorInfo info);

    /// Everything that is known of the error.
    const DatabaseErrorInfo& info() const noexcept { return info_; }
    const std::string& message() const noexcept { return info_.message; }
    const std::string& sqlstate() const noexcept { return info_.sqlstate; }
    int native_code() const noexcept { return info_.native_code; }
    bool is_disconnect() const noexcept { return info_.is_disconnect; }
    bool is_retryable() const noexcept { return info_.is_retryable; }
    const std::string& statement() const noexcept { return info_.statement; }

private:
    DatabaseErrorInfo info_;
};

/// The client library refused the call, not the database.
class InterfaceError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

/// A value is out of range, malformed, or can't be held by the type that was asked for, in the database or in C++.
class DataError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

/// Something outside the statement: no connection, no memory, a lock, a deadlock, a shutdown.
class OperationalError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

/// The connection was lost while the database was committing: nobody knows whether it has. Look for the transaction's
/// effect before you repeat it; run_transaction() doesn't repeat it.
class CommitOutcomeUnknown : public OperationalError {
public:
    using OperationalError::OperationalError;
};

/// A constraint was violated.
class IntegrityError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

class UniqueViolation : public IntegrityError {
public:
    using IntegrityError::IntegrityError;
};

class ForeignKeyViolation : public IntegrityError {
public:
    using IntegrityError::IntegrityError;
};

class NotNullViolation : public IntegrityError {
public:
    using IntegrityError::IntegrityError;
};

class CheckViolation : public IntegrityError {
public:
    using IntegrityError::IntegrityError;
};

/// The database found itself in a state that it can't go on in.
class InternalError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

/// The statement is wrong: a syntax error, an unknown table or column, a missing privilege.
class ProgrammingError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

/// The database can't do what was asked.
class NotSupportedError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

/// Throws the class that `info.kind` names.
[[noreturn]] void raise(DatabaseErrorInfo info);

}  // namespace sociable
