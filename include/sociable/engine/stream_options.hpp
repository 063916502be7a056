#pragma once

#include <cstddef>

namespace sociable {

/// How Connection::stream and Session::stream get their rows.
struct StreamOptions {
    /// How many rows are fetched from the server at a time, by a cursor that it holds. 0: on PostgreSQL as many as make
    /// about a quarter of a megabyte, judged by the rows before; on MariaDB no cursor, the rows are received as they
    /// are read. SQLite makes each row when it is read, whatever is set here.
    std::size_t yield_per = 0;
};

}  // namespace sociable
