#pragma once

#include "support/database.hpp"
#include "support/own_process.hpp"

namespace sociable::test {

/// A PgBouncer of the test's own in transaction mode: each transaction gets whichever of its few connections to the
/// server is free. Gone at the end.
class OwnPgbouncer {
public:
    /// Starts it, in front of a PostgreSQL database, with at most so many connections to that.
    OwnPgbouncer(const Database& database, int connections);

    /// Of the same database, by way of PgBouncer.
    const Url& url() const noexcept { return url_; }

private:
    TemporaryDirectory directory_;
    OwnProcess process_;
    Url url_;
};

}  // namespace sociable::test
