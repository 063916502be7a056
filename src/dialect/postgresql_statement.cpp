#include "dialect/postgresql_statement.hpp"

#include "dialect/choices.hpp"
#include "dialect/postgresql_errors.hpp"
#include "errors/redact.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

namespace sociable::dialect {

namespace {

bool begins_with_select(std::string_view sql) {
    sql.remove_prefix(std::min(sql.find_first_not_of(" \t\r\n("), sql.size()));
    const std::string word = lower_case(sql.substr(0, sql.find_first_of(" \t\r\n(*'\"")));
    return word == "select" || word == "values" || word == "table";
}

[[noreturn]] void raise_redacted(const DatabaseError& e, std::span<const ValueView> values) {
    DatabaseErrorInfo info = e.info();
    info.message = errors::redact_values(std::move(info.message), values);
    raise(std::move(info));
}

bool changes_schema(PGresult* result) {
    const std::string_view command = PQcmdStatus(result);
    return command.starts_with("ALTER") || command.starts_with("CREATE") || command.starts_with("DROP");
}

}  // namespace

std::int64_t PostgresqlStatement::rows_changed(PGresult* result) {
    const std::string_view command = PQcmdStatus(result);
    for (const std::string_view writing : {"INSERT", "UPDATE", "DELETE", "MERGE"}) {
        if (!command.starts_with(writing)) continue;
        const char* digits = PQcmdTuples(result);
        std::int64_t count = 0;
        std::from_chars(digits, digits + std::strlen(digits), count);
        return count;
    }
    return 0;
}

bool PostgresqlStatement::is_stale(const DatabaseErrorInfo& error) {
    return error.sqlstate == "26000" || error.sqlstate == "0A000";
}

PostgresqlStatement::PostgresqlStatement(PostgresqlLink& link, std::string sql, std::size_t parameters)
    : link_(link), sql_(std::move(sql)), parameter_count_(parameters), selects_(begins_with_select(sql_)) {
    refuse_nul(sql_, "a statement");
}

PostgresqlStatement::~PostgresqlStatement() {
    finish();
    forget_prepared();
}

void PostgresqlStatement::execute(std::span<const ValueView> values, bool streaming) {
    finish();
    affected_ = 0;
    if (values.size() != parameter_count_)
        raise({.kind = ErrorKind::interface,
               .message = "the statement takes " + std::to_string(parameter_count_) + " values, not " +
                          std::to_string(values.size()),
               .sqlstate = {},
               .statement = {}});
    parameters_.assign(values);
    try {
        run(streaming);
    } catch (const DatabaseError& e) {
        raise_redacted(e, values);
    }
    executed_ = true;
}

void PostgresqlStatement::run(bool streaming) {
    const bool in_transaction = link_.transaction_state() != TransactionState::idle;
    may_cancel_ = selects_ && !in_transaction;
    send();
    try {
        receive(streaming);
    } catch (const DatabaseError& e) {
        if (name_.empty() || !is_stale(e.info())) throw;
        forget_prepared();
        // An open transaction has failed of it; otherwise nothing has happened yet.
        if (in_transaction) throw;
        send_parsed();
        receive(streaming);
    }
}

void PostgresqlStatement::send() {
    if (!name_.empty() && prepared_after_ != link_.schema_changes) forget_prepared();
    if (executed_ && name_.empty()) prepare();
    if (!name_.empty() && parameters_.fit(prepared_types_))
        send_prepared();
    else
        send_parsed();
}

void PostgresqlStatement::send_prepared() {
    link_.check_sent(PQsendQueryPrepared(link_.native(), name_.c_str(), parameters_.size(), parameters_.values(),
                                         parameters_.lengths(), parameters_.formats(), 0));
}

void PostgresqlStatement::send_parsed() {
    link_.check_sent(PQsendQueryParams(link_.native(), sql_.c_str(), parameters_.size(), parameters_.types().data(),
                                       parameters_.values(), parameters_.lengths(), parameters_.formats(), 0));
}

void PostgresqlStatement::prepare() {
    link_.deallocate_waiting();
    std::string name = link_.new_name();
    prepared_types_ = parameters_.types();
    link_.check_sent(
        PQsendPrepare(link_.native(), name.c_str(), sql_.c_str(), parameters_.size(), prepared_types_.data()));
    link_.receive();
    name_ = std::move(name);
    prepared_after_ = link_.schema_changes;
}

void PostgresqlStatement::forget_prepared() noexcept {
    if (!name_.empty()) link_.deallocate_later(std::move(name_));
    name_.clear();
}

void PostgresqlStatement::receive(bool streaming) {
    if (streaming) PQsetSingleRowMode(link_.native());
    PostgresqlResult result = streaming ? link_.next() : link_.receive();
    streaming_ = streaming;
    note_end(result);
    row_.begin(std::move(result));
}

// A stream gives one result for each row, and one without rows at its end.
void PostgresqlStatement::note_end(const PostgresqlResult& result) {
    if (result && PQresultStatus(result.get()) == PGRES_SINGLE_TUPLE) return;
    if (result) {
        affected_ = rows_changed(result.get());
        if (changes_schema(result.get())) ++link_.schema_changes;
    }
    if (std::exchange(streaming_, false)) link_.drain(false);
}

bool PostgresqlStatement::fetch() {
    if (row_.next()) return true;
    if (!streaming_) return false;
    try {
        PostgresqlResult result = link_.next();
        note_end(result);
        row_.continue_with(std::move(result));
    } catch (const DatabaseError& e) {
        streaming_ = false;
        raise_redacted(e, parameters_.texts());
    }
    return row_.next();
}

void PostgresqlStatement::finish() noexcept {
    if (std::exchange(streaming_, false)) link_.drain(may_cancel_);
    row_.continue_with(nullptr);
}

}  // namespace sociable::dialect
