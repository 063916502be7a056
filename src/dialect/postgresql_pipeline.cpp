#include "dialect/postgresql_pipeline.hpp"

#include "dialect/postgresql_errors.hpp"

#include <cerrno>
#include <utility>

#include <poll.h>

namespace sociable::dialect {

namespace {

constexpr std::size_t flush_size = 32 * 1024;

}  // namespace

PostgresqlPipeline::PostgresqlPipeline(PostgresqlLink& link) : link_(link) {
    link_.check_sent(PQenterPipelineMode(link_.native()));
    PQsetnonblocking(link_.native(), 1);
}

PostgresqlPipeline::~PostgresqlPipeline() {
    skip_rest();
    if (PQexitPipelineMode(link_.native()) == 0) link_.give_up();
    PQsetnonblocking(link_.native(), 0);
}

void PostgresqlPipeline::sent(std::size_t bytes) {
    waiting_bytes_ += bytes;
    if (waiting_bytes_ >= flush_size) flush();
}

void PostgresqlPipeline::end() {
    link_.check_sent(PQpipelineSync(link_.native()));
    ended_ = true;
    flush();
}

void PostgresqlPipeline::flush() {
    PGconn* connection = link_.native();
    waiting_bytes_ = 0;
    for (;;) {
        const int left = PQflush(connection);
        if (left == 0) return;
        link_.check_sent(left > 0);
        pollfd socket{PQsocket(connection), POLLIN | POLLOUT, 0};
        if (poll(&socket, 1, -1) < 0 && errno != EINTR) raise(postgresql_error(connection, nullptr));
        if ((socket.revents & ~POLLOUT) != 0) link_.check_sent(PQconsumeInput(connection));
    }
}

PostgresqlResult PostgresqlPipeline::answer() {
    PostgresqlResult result(PQgetResult(link_.native()));
    // Null ends the results of each statement.
    while (PostgresqlResult more{PQgetResult(link_.native())})
        if (PQstatus(link_.native()) != CONNECTION_OK) break;
    if (!result || PQstatus(link_.native()) != CONNECTION_OK) raise(postgresql_error(link_.native(), result.get()));
    return result;
}

void PostgresqlPipeline::skip_rest() noexcept {
    if (std::exchange(skipped_, true)) return;
    PGconn* connection = link_.native();
    try {
        if (!ended_) end();
    } catch (...) {
        return;  // the connection is lost, and with it what was due
    }
    // Null ends the results of each statement; again and again it says that nothing is due.
    for (int nulls = 0; nulls < 3 && PQstatus(connection) == CONNECTION_OK;) {
        const PostgresqlResult result(PQgetResult(connection));
        if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) return;
        nulls = result ? 0 : nulls + 1;
    }
}

}  // namespace sociable::dialect
