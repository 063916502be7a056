#include "dialect/postgresql_errors.hpp"
#include "dialect/postgresql_link.hpp"
#include "dialect/postgresql_pipeline.hpp"

#include <utility>

namespace sociable::dialect {

namespace {

constexpr const char* no_such_statement = "26000";

bool has_failed(const PostgresqlResult& result) {
    const ExecStatusType status = PQresultStatus(result.get());
    return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
}

}  // namespace

void PostgresqlLink::begin_now() {
    late_begin_sent_ = true;
    run(late_begin_);
    end_late_begin();
}

PostgresqlResult PostgresqlLink::run_with_begin(const std::function<void()>& send) {
    late_begin_sent_ = true;
    const bool was_prepared = late_begin_ == prepared_begin_;
    PostgresqlResult begun, answer;
    {
        PostgresqlPipeline pipeline(*this);
        send_begin();
        send();
        pipeline.end();
        begun = pipeline.answer();
        if (!was_prepared && !has_failed(begun)) begun = pipeline.answer();
        if (!has_failed(begun)) answer = pipeline.answer();
    }
    // Only at the end of the pipeline is it known whether the connection has survived an error.
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

}  // namespace sociable::dialect
