#pragma once

#include <stdexcept>
#include <string>

namespace sociable {

/// The base of every exception that the library throws on its own account. What a user's hook or function throws
/// passes through as it is, and so does what SOCI throws from a session that the user works on directly.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A URL, an option, an environment value or a parameter is wrong. The text names the part at fault and what would be
/// valid. Nothing was sent to a database.
class ArgumentError : public Error {
public:
    using Error::Error;
};

/// The call does not fit the state of the object: `begin()` inside a transaction, a nested checkout from a pool of one.
class InvalidRequestError : public Error {
public:
    using Error::Error;
};

/// A closed connection, session, result or transaction was used. Closed stays closed.
class ResourceClosedError : public InvalidRequestError {
public:
    using InvalidRequestError::InvalidRequestError;
};

/// The transaction has failed and must be rolled back before anything else. The text tells the first cause.
class PendingRollbackError : public InvalidRequestError {
public:
    using InvalidRequestError::InvalidRequestError;
};

/// One row was asked for, and the statement gave none.
class NoResultFound : public InvalidRequestError {
public:
    using InvalidRequestError::InvalidRequestError;
};

/// One row was asked for, and the statement gave more.
class MultipleResultsFound : public InvalidRequestError {
public:
    using InvalidRequestError::InvalidRequestError;
};

/// A column that the statement did not return was asked for. The text lists the columns that it did.
class NoSuchColumnError : public InvalidRequestError {
public:
    using InvalidRequestError::InvalidRequestError;
};

}  // namespace sociable
