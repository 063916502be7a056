// Which status an exception becomes.
#pragma once

#include "http_server.hpp"

#include <stdexcept>

struct BadRequest : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct NotFound : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// To be called in a catch clause.
Response response_to_current_exception();
