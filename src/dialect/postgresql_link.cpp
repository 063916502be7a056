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

constexpr const char* no_such_statement = "26000";

bool is_copy(ExecStatusType status) {
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

bool is_error(ExecStatusType status) {
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_PIPELINE_ABORTED;
}

/// Also when the connection has been lost before it.
bool has_failed(const PostgresqlResult& result) { return !result || is_error(PQresultStatus(result.get())); }

DatabaseErrorInfo copy_refused() {
    DatabaseErrorInfo info;
    info.kind = ErrorKind::not_supported;
    info.sqlstate = "0A000";
    info.message = "COPY from or to the client can't be run as a statement";
    return info;
}

}  // namespace

short socket_events(PGconn* connection, std::chrono::milliseconds time) noexcept {
    const auto deadline = std::chrono::steady_clock::now() + time;
    pollfd socket{PQsocket(connection), POLLIN | POLLRDHUP, 0};
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        const int ready = poll(&socket, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (ready >= 0) return socket.revents;
        if (errno != EINTR) return POLLERR;
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

void PostgresqlLink::begin_now() {
    late_begin_sent_ = true;
    run(late_begin_);
    end_late_begin();
}

PostgresqlResult PostgresqlLink::run_with_begin(const std::function<void()>& send) {
    late_begin_sent_ = true;
    const bool was_prepared = late_begin_ == prepared_begin_;
    PostgresqlResult begun, answer;
    check_sent(PQenterPipelineMode(connection_));
    try {
        send_begin();
        send();
        check_sent(PQpipelineSync(connection_));
        if (!was_prepared) begun = last_result();
        if (PostgresqlResult next = last_result(); was_prepared || !has_failed(begun)) begun = std::move(next);
        answer = last_result();
    } catch (...) {
        // Without its mark the pipeline has no end.
        if (PQpipelineSync(connection_) == 1)
            leave_pipeline();
        else
            shutdown(PQsocket(connection_), SHUT_RDWR);
        throw;
    }
    // Only at the end of the answer is it known whether the connection has survived an error.
    leave_pipeline();
    if (has_failed(begun)) {
        prepared_begin_.clear();
        const DatabaseErrorInfo error = postgresql_error(connection_, begun.get());
        if (!was_prepared || error.sqlstate != no_such_statement) raise(error);
        begin_now();  // the user has deallocated it
        send();
        return receive();
    }
    prepared_begin_ = late_begin_;
    end_late_begin();
    if (has_failed(answer)) raise(postgresql_error(connection_, answer.get()));
    return answer;
}

/// Prepares it before, unless it is prepared.
void PostgresqlLink::send_begin() {
    if (late_begin_ != prepared_begin_) {
        if (!prepared_begin_.empty()) deallocate_later(prepared_begin_name_);
        prepared_begin_.clear();
        prepared_begin_name_ = new_name();
        check_sent(PQsendPrepare(connection_, prepared_begin_name_.c_str(), late_begin_.c_str(), 0, nullptr));
    }
    check_sent(PQsendQueryPrepared(connection_, prepared_begin_name_.c_str(), 0, nullptr, nullptr, nullptr, 0));
}

LateBegin PostgresqlLink::end_late_begin() noexcept {
    const bool sent = std::exchange(late_begin_sent_, false);
    if (!begin_is_late()) return LateBegin::done;
    late_begin_.clear();
    return sent ? LateBegin::failed : LateBegin::unsent;
}

/// Of one statement of a pipeline, whose results end with null.
PostgresqlResult PostgresqlLink::last_result() noexcept {
    PostgresqlResult last;
    while (PostgresqlResult result{PQgetResult(connection_)}) {
        last = std::move(result);
        if (PQstatus(connection_) != CONNECTION_OK) break;
    }
    return last;
}

/// What is due comes before the mark of the sync; a lost connection has none.
void PostgresqlLink::leave_pipeline() {
    while (PQstatus(connection_) == CONNECTION_OK && PQexitPipelineMode(connection_) == 0)
        static_cast<void>(PostgresqlResult(PQgetResult(connection_)));
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
