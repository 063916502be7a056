#include "dialect/postgresql_link.hpp"

#include "dialect/postgresql_errors.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace sociable::dialect {

namespace {

bool is_copy(ExecStatusType status) {
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

bool is_error(ExecStatusType status) {
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_PIPELINE_ABORTED;
}

DatabaseErrorInfo copy_refused() {
    DatabaseErrorInfo info;
    info.kind = ErrorKind::not_supported;
    info.sqlstate = "0A000";
    info.message = "COPY from or to the client can't be run as a statement";
    return info;
}

}  // namespace

short socket_events(PGconn* connection, std::chrono::milliseconds time) noexcept {
    using std::chrono::steady_clock, std::chrono::milliseconds;
    // Before each COMMIT there is a look that takes no time; reading the clock would be half of it.
    const auto deadline = time > milliseconds(0) ? steady_clock::now() + time : steady_clock::time_point();
    pollfd socket{PQsocket(connection), POLLIN | POLLRDHUP, 0};
    for (;;) {
        const int ready = poll(&socket, 1, static_cast<int>(time.count()));
        if (ready >= 0) return socket.revents;
        if (errno != EINTR) return POLLERR;
        if (time > milliseconds(0))
            time = std::max(std::chrono::ceil<milliseconds>(deadline - steady_clock::now()), milliseconds(0));
    }
}

TransactionState PostgresqlLink::transaction_state() const noexcept {
    if (PQstatus(connection_) != CONNECTION_OK) return TransactionState::lost;
    if (begin_is_late()) return TransactionState::active;
    switch (PQtransactionStatus(connection_)) {
        case PQTRANS_IDLE: return TransactionState::idle;
        case PQTRANS_ACTIVE:
        case PQTRANS_INTRANS: return TransactionState::active;
        case PQTRANS_INERROR: return TransactionState::failed;
        case PQTRANS_UNKNOWN: break;
    }
    return TransactionState::lost;
}

void PostgresqlLink::check_sent(int sent) {
    if (sent == 0) raise(postgresql_error(connection_, nullptr));
}

PostgresqlResult PostgresqlLink::next() {
    PostgresqlResult result(PQgetResult(connection_));
    if (!result) return result;
    const ExecStatusType status = PQresultStatus(result.get());
    if (is_copy(status)) {
        end_copy(status);
        drain(false);
        // The refusal would be a poor reason when the connection has died of something else.
        raise(PQstatus(connection_) == CONNECTION_OK ? copy_refused() : postgresql_error(connection_, nullptr));
    }
    if (is_error(status)) {
        // Only at the end of the answer is it known whether the connection has survived the error.
        drain(false);
        raise(postgresql_error(connection_, result.get()));
    }
    return result;
}

PostgresqlResult PostgresqlLink::receive() {
    PostgresqlResult last;
    while (PostgresqlResult result = next()) last = std::move(result);
    return last;
}

PostgresqlResult PostgresqlLink::run(const std::string& sql) {
    refuse_nul(sql, "a statement");
    check_sent(PQsendQuery(connection_, sql.c_str()));
    if (limit_) await_answer(*limit_);
    return receive();
}

void PostgresqlLink::begin_copy(const std::string& sql) {
    check_sent(PQsendQuery(connection_, sql.c_str()));
    const PostgresqlResult result(PQgetResult(connection_));
    if (PQresultStatus(result.get()) == PGRES_COPY_IN) return;
    drain(false);
    raise(postgresql_error(connection_, result.get()));
}

void PostgresqlLink::await_answer(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (PQisBusy(connection_) != 0) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (socket_events(connection_, std::max(left, std::chrono::milliseconds(0))) == 0)
            raise({.kind = ErrorKind::operational,
                   .message = "PostgreSQL didn't answer within " + std::to_string(limit.count()) + " ms",
                   .sqlstate = "08006",
                   .is_disconnect = true,
                   .statement = {}});
        // What goes wrong here, the result tells in more detail.
        if (PQconsumeInput(connection_) == 0) return;
    }
}

void PostgresqlLink::give_up() noexcept {
    shutdown(PQsocket(connection_), SHUT_RDWR);
    PQconsumeInput(connection_);  // so that libpq sees the end
}

void PostgresqlLink::drain(bool cancel_rest) noexcept {
    if (cancel_rest) {
        PQconsumeInput(connection_);
        while (PQisBusy(connection_) == 0)
            if (!PostgresqlResult(PQgetResult(connection_))) return;
        cancel();
    }
    while (PostgresqlResult result{PQgetResult(connection_)}) {
        const ExecStatusType status = PQresultStatus(result.get());
        if (is_copy(status)) end_copy(status);
    }
}

void PostgresqlLink::cancel() noexcept {
    const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> request(PQgetCancel(connection_), PQfreeCancel);
    std::array<char, 256> error{};
    // Refused or lost, the request has only cost time: the rest of the answer is read either way.
    if (request) PQcancel(request.get(), error.data(), static_cast<int>(error.size()));
}

void PostgresqlLink::end_copy(ExecStatusType direction) noexcept {
    if (direction != PGRES_COPY_OUT) PQputCopyEnd(connection_, "COPY can't be run as a statement");
    if (direction == PGRES_COPY_IN) return;
    // The statement is going to be an error anyway, and so is a cancelled one.
    cancel();
    char* row = nullptr;
    while (PQgetCopyData(connection_, &row, 0) > 0) PQfreemem(row);
}

std::string PostgresqlLink::new_name() { return "sociable_" + std::to_string(++names_); }

void PostgresqlLink::deallocate_later(std::string name) noexcept {
    try {
        waiting_.push_back(std::move(name));
    } catch (const std::bad_alloc&) {
        // The server keeps the statement until the connection closes.
    }
}

void PostgresqlLink::deallocate_waiting() noexcept {
    while (!waiting_.empty() && transaction_state() == TransactionState::idle) {
        try {
            run("DEALLOCATE " + waiting_.back());
        } catch (const std::exception&) {
            // It is gone already: DISCARD and DEALLOCATE ALL are the user's to run.
        }
        waiting_.pop_back();
    }
}

}  // namespace sociable::dialect
