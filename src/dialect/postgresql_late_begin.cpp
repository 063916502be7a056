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
    bool was_prepared = false;
    PostgresqlResult begun, answer;
    {
        PostgresqlPipeline pipeline(*this);
        was_prepared = send_begin();
        send();
        pipeline.end();
        begun = pipeline.answer();
        if (!was_prepared && !has_failed(begun)) begun = pipeline.answer();
        if (!has_failed(begun)) answer = pipeline.answer();
    }
    // Only at the end of the pipeline is it known whether the connection has survived an error.
    if (has_failed(begun)) {
        const DatabaseErrorInfo error = postgresql_error(connection_, begun.get());
        const bool is_gone = error.sqlstate == no_such_statement;
        if (auto name = begin_names_.extract(late_begin_); name && !is_gone) deallocate_later(std::move(name.mapped()));
        if (!was_prepared || !is_gone) raise(error);
        begin_now();  // the user has deallocated it
        send();
        return receive();
    }
    end_late_begin();
    if (has_failed(answer)) raise(postgresql_error(connection_, answer.get()));
    return answer;
}

/// Parsing it is a tenth of a short transaction, so it is prepared. False when that comes before it now.
bool PostgresqlLink::send_begin() {
    auto name = begin_names_.find(late_begin_);
    const bool was_prepared = name != begin_names_.end();
    if (!was_prepared) {
        name = begin_names_.emplace(late_begin_, new_name()).first;
        check_sent(PQsendPrepare(connection_, name->second.c_str(), late_begin_.c_str(), 0, nullptr));
    }
    check_sent(PQsendQueryPrepared(connection_, name->second.c_str(), 0, nullptr, nullptr, nullptr, 0));
    return was_prepared;
}

LateBegin PostgresqlLink::end_late_begin() noexcept {
    const bool sent = std::exchange(late_begin_sent_, false);
    if (!begin_is_late()) return LateBegin::done;
    late_begin_.clear();
    return sent ? LateBegin::failed : LateBegin::unsent;
}

}  // namespace sociable::dialect
