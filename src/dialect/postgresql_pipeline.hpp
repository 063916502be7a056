#pragma once

#include "dialect/postgresql_link.hpp"

#include <cstddef>

namespace sociable::dialect {

/// libpq's pipeline mode while it lives: statements are sent one after the other, and their answers read afterwards.
/// What has been sent and not answered is answered for when it ends. An error makes the server skip the statements
/// behind it.
///
/// Client and server would wait for each other for ever if both only wrote: libpq doesn't wait here, and what arrives
/// is taken in while statements go out.
class PostgresqlPipeline {
public:
    /// `link` outlives it, and is free. @throws DatabaseError
    explicit PostgresqlPipeline(PostgresqlLink& link);
    PostgresqlPipeline(const PostgresqlPipeline&) = delete;
    PostgresqlPipeline& operator=(const PostgresqlPipeline&) = delete;
    ~PostgresqlPipeline();

    /// A statement of so many bytes was given to libpq. @throws DatabaseError, a disconnect
    void sent(std::size_t bytes);
    /// All statements were.
    void end();
    /// The answer to the next statement, its error as well. @throws DatabaseError, a disconnect
    PostgresqlResult answer();
    /// Reads and drops what is still due.
    void skip_rest() noexcept;

private:
    void flush();

    PostgresqlLink& link_;
    std::size_t waiting_bytes_ = 0;
    bool ended_ = false;  ///< so that the server answers with a mark behind all others
    bool skipped_ = false;
};

}  // namespace sociable::dialect
