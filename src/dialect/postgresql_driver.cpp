#include "dialect/postgresql_driver.hpp"

#include "dialect/postgresql_copy.hpp"
#include "dialect/postgresql_errors.hpp"
#include "dialect/postgresql_statement.hpp"
#include "log/log.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <utility>

#include <poll.h>

namespace sociable::dialect {

namespace {

constexpr short closed_by_peer = POLLRDHUP | POLLHUP | POLLERR | POLLNVAL;

void log_notice(void*, const char* text) {
    try {
        std::string_view line(text);
        if (line.ends_with('\n')) line.remove_suffix(1);
        log::engine().debug("PostgreSQL: {}", line);
    } catch (...) {
        // libpq, which calls, is written in C.
    }
}

std::string begin_sql(const TransactionOptions& options) {
    std::string sql = "BEGIN";
    if (options.isolation_level) sql.append(" ISOLATION LEVEL ").append(to_string(*options.isolation_level));
    if (options.read_only) sql += " READ ONLY";
    return sql;
}

}  // namespace

PostgresqlDriver::PostgresqlDriver(PGconn* connection) : link_(connection) {
    PQsetNoticeProcessor(connection, log_notice, nullptr);
    choose_formats();
}

// The formats that values are read in, where a database or a role has others as its default. libpq knows without
// asking.
void PostgresqlDriver::choose_formats() {
    const char* dates = PQparameterStatus(link_.native(), "DateStyle");
    if (dates && !std::string_view(dates).starts_with("ISO")) link_.run("SET DateStyle = ISO");
    // Since version 12 a double is printed exactly by default.
    if (PQserverVersion(link_.native()) < 120000) link_.run("SET extra_float_digits = 3");
}

void PostgresqlDriver::begin(const TransactionOptions& options, bool) { link_.run(begin_sql(options)); }

void PostgresqlDriver::begin_with_next(const TransactionOptions& options, bool) {
    link_.begin_late(begin_sql(options));
}

void PostgresqlDriver::commit() {
    if (link_.end_late_begin() == LateBegin::unsent) return;
    const PostgresqlResult result = link_.run("COMMIT");
    link_.deallocate_waiting();
    if (result && std::string_view(PQcmdStatus(result.get())) == "ROLLBACK")
        raise({.kind = ErrorKind::internal,
               .message = "the transaction had failed: PostgreSQL has rolled it back instead of committing it",
               .sqlstate = "25P02",
               .statement = {}});
}

void PostgresqlDriver::rollback() {
    if (link_.end_late_begin() == LateBegin::unsent) return;
    link_.run("ROLLBACK");
    link_.deallocate_waiting();
}

std::unique_ptr<Statement> PostgresqlDriver::prepare(std::string sql, std::size_t parameters) {
    return std::make_unique<PostgresqlStatement>(link_, std::move(sql), parameters);
}

std::unique_ptr<BulkInsert> PostgresqlDriver::bulk_insert(const InsertTarget& target, std::size_t rows) {
    constexpr std::size_t worth_the_round_trips = 100;
    if (rows < worth_the_round_trips || !target.returning_sql.empty() || !has_ascii_bytes(link_.native()))
        return nullptr;
    return std::make_unique<PostgresqlCopy>(*this, link_, target);
}

bool PostgresqlDriver::looks_alive() noexcept {
    PGconn* connection = link_.native();
    if (PQstatus(connection) != CONNECTION_OK) return false;
    const short events = socket_events(connection, std::chrono::milliseconds(0));
    if ((events & closed_by_peer) != 0) return false;
    // A notification or a notice is no bad sign.
    if ((events & POLLIN) != 0) PQconsumeInput(connection);
    return PQstatus(connection) == CONNECTION_OK;
}

bool PostgresqlDriver::is_replica() noexcept {
    const char* standby = PQparameterStatus(link_.native(), "in_hot_standby");
    return standby && std::string_view(standby) == "on";
}

// A transaction can be read-only because its user wished so.
bool PostgresqlDriver::tells_of_replica(const DatabaseErrorInfo& error) noexcept {
    return error.sqlstate == "25006" && (is_replica() || !PQparameterStatus(link_.native(), "in_hot_standby"));
}

void PostgresqlDriver::ping(std::chrono::milliseconds timeout) {
    link_.check_sent(PQsendQuery(link_.native(), ""));
    link_.await_answer(timeout);
    link_.receive();
}

void PostgresqlDriver::reset_session() {
    link_.run("DISCARD ALL");
    link_.forget_waiting();
    choose_formats();
}

void PostgresqlDriver::set(const std::string& name, const std::string& value) {
    const std::array values{ValueView::text(name), ValueView::text(value)};
    try {
        prepare("SELECT pg_catalog.set_config($1, $2, false)", values.size())->execute(values, false);
    } catch (const DatabaseError& error) {  // which hides the name, as it was bound
        DatabaseErrorInfo info = error.info();
        info.message = "setting '" + name + "': " + info.message;
        raise(std::move(info));
    }
}

void PostgresqlDriver::restore(const std::string& name) {
    std::string quoted;
    for (std::size_t start = 0; start <= name.size();) {
        const std::size_t end = std::min(name.find('.', start), name.size());
        if (start != 0) quoted += '.';
        quoted += postgresql_identifier(std::string_view(name).substr(start, end - start));
        start = end + 1;
    }
    link_.run("RESET " + quoted);
}

std::string postgresql_identifier(std::string_view name) {
    refuse_nul(name, "an identifier");
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    quoted += '"';
    return quoted;
}

}  // namespace sociable::dialect
