// What the service is about: notes in a table, as JSON.
//
//     GET /notes        the latest ones
//     GET /notes/7      one of them
//     POST /notes       {"text": "..."} makes another
#pragma once

#include "http_server.hpp"

#include <sociable/sociable.hpp>

class Notes {
public:
    /// Makes the table when there is none.
    explicit Notes(sociable::Engine engine);

    /// May be called by several threads at once.
    Response answer(const Request& request);

private:
    Response dispatch(const Request& request);
    Response list();
    Response find(std::string_view id);
    Response add(const Request& request);

    sociable::ScopedSession current_;  // of the thread, which is that of the request
};
