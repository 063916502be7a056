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

std::string first_word(std::string_view sql) {
    sql.remove_prefix(std::min(sql.find_first_not_of(" \t\r\n("), sql.size()));
    return lower_case(sql.substr(0, sql.find_first_of(" \t\r\n(*'\"")));
}

bool is_select(std::string_view word) { return word == "select" || word == "values" || word == "table"; }

/// Of others, such as FETCH, a prepared one may give other columns each time.
bool has_fixed_columns(std::string_view word) {
    return is_select(word) || word == "with" || word == "insert" || word == "update" || word == "delete" ||
           word == "merge";
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
    : link_(link),
      sql_(std::move(sql)),
      parameter_count_(parameters),
      selects_(is_select(first_word(sql_))),
      has_fixed_columns_(has_fixed_columns(first_word(sql_))),
      is_for_cursor_(is_for_cursor(sql_)),
      cursor_(link) {
    refuse_nul(sql_, "a statement");
}

PostgresqlStatement::~PostgresqlStatement() {
    finish();
    forget_prepared();
}

void PostgresqlStatement::execute(std::span<const ValueView> values, Delivery delivery) {
    finish();
    affected_ = 0;
    if (values.size() != parameter_count_)
        raise({.kind = ErrorKind::interface,
               .message = "the statement takes " + std::to_string(parameter_count_) + " values, not " +
                          std::to_string(values.size()),
               .sqlstate = {},
               .statement = {}});
    parameters_.assign(values);
    by_cursor_ = delivery.streaming && is_for_cursor_ && link_.transaction_state() == TransactionState::active;
    try {
        if (by_cursor_) return open_cursor(delivery.batch);
        run(delivery.streaming);
    } catch (const DatabaseError& e) {
        raise_redacted(e, values);
    }
    executed_ = true;
}

void PostgresqlStatement::open_cursor(std::size_t batch) {
    if (link_.begin_is_late()) link_.begin_now();
    cursor_.open(sql_, parameters_, batch);
    row_.begin(cursor_.fetch(false));
}

void PostgresqlStatement::run(bool streaming) {
    const bool in_transaction = link_.transaction_state() != TransactionState::idle;
    may_cancel_ = selects_ && !in_transaction;
    try {
        if (link_.begin_is_late() && !streaming && is_prepared())
            return begin(link_.run_with_begin([this] { send_prepared(); }));
        if (link_.begin_is_late()) link_.begin_now();
        send();
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

/// For the values at hand.
bool PostgresqlStatement::is_prepared() noexcept {
    if (!name_.empty() && prepared_after_ != link_.schema_changes) forget_prepared();
    return !name_.empty() && parameters_.fit(prepared_types_);
}

void PostgresqlStatement::send() {
    bool prepared = is_prepared();
    if (executed_ && name_.empty() && link_.keeps_statements) {
        prepare();
        prepared = true;
    }
    if (prepared)
        send_prepared();
    else
        send_parsed();
}

void PostgresqlStatement::send_prepared() {
    sent_prepared_ = true;
    link_.check_sent(PQsendQueryPrepared(link_.native(), name_.c_str(), parameters_.size(), parameters_.values(),
                                         parameters_.lengths(), parameters_.formats(), binary_ ? 1 : 0));
}

void PostgresqlStatement::send_parsed() {
    sent_prepared_ = false;
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
    binary_ = false;
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
    begin(std::move(result));
}

void PostgresqlStatement::begin(PostgresqlResult result) {
    note_end(result);
    row_.begin(std::move(result));
    // Of the prepared statement the types stay as they are; other parameters may make others.
    if (sent_prepared_ && has_fixed_columns_) binary_ = row_.fits_binary();
}

PostgresqlResult PostgresqlStatement::next_streamed() {
    PostgresqlResult result = link_.next();
    note_end(result);
    return result;
}

// libpq gives one result for each row, and one without rows at its end.
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
    if (!streaming_ && !cursor_.is_open()) return false;
    try {
        row_.continue_with(cursor_.is_open() ? cursor_.fetch(row_.fits_binary()) : next_streamed());
    } catch (const DatabaseError& e) {
        streaming_ = false;
        raise_redacted(e, parameters_.texts());
    }
    return row_.next();
}

void PostgresqlStatement::finish() noexcept {
    if (std::exchange(streaming_, false)) link_.drain(may_cancel_);
    cursor_.close();
    row_.continue_with(nullptr);
}

}  // namespace sociable::dialect
