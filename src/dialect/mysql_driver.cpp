#include "dialect/mysql_driver.hpp"

#include "dialect/mysql_statement.hpp"
#include "dialect/mysql_text_statement.hpp"
#include "dialect/values_insert.hpp"

#include <sociable/dialect/isolation_level.hpp>

#include <poll.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace sociable::dialect {

namespace {

constexpr int unsupported_by_prepare = 1295;  // ER_UNSUPPORTED_PS
constexpr int forbidden_by_option = 1290;     // ER_OPTION_PREVENTS_STATEMENT
constexpr int read_only_mode = 1836;          // ER_READ_ONLY_MODE

// Instants are bound without a zone and mean UTC, so the session must too, or a TIMESTAMP column would hold another
// instant than the one that was given, or none in the hour that daylight saving skips.
std::string session_settings(MYSQL* native) {
    return std::string("NAMES ") + mysql_character_set_name(native) + ", time_zone = '+00:00'";
}

template <class Number>
std::optional<Number> parse(std::string_view text) {
    Number number{};
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
    return number;
}

// Variables that hold numbers refuse texts of digits.
ValueView setting(const std::string& value) {
    if (const auto integer = parse<std::int64_t>(value)) return ValueView::int64(*integer);
    if (const auto real = parse<double>(value); real && std::isfinite(*real)) return ValueView::float64(*real);
    return ValueView::text(value);
}

}  // namespace

MysqlDriver::MysqlDriver(MYSQL* native)
    : connection_(native), settings_(session_settings(native)), database_(native->db ? native->db : "") {
    run("SET " + settings_);
}

void MysqlDriver::begin(const TransactionOptions& options, bool /*writes*/) {
    if (options.isolation_level && *options.isolation_level != IsolationLevel::autocommit)
        run("SET TRANSACTION ISOLATION LEVEL " + std::string(to_string(*options.isolation_level)));
    run(options.read_only ? "START TRANSACTION READ ONLY" : "START TRANSACTION");
    connection_.forget_rollback();
}

void MysqlDriver::commit() { run("COMMIT"); }

void MysqlDriver::rollback() {
    run("ROLLBACK");
    connection_.forget_rollback();
}

TransactionState MysqlDriver::transaction_state() noexcept {
    if (connection_.lost()) return TransactionState::lost;
    if (connection_.rolled_back()) return TransactionState::failed;
    return connection_.in_transaction() ? TransactionState::active : TransactionState::idle;
}

void MysqlDriver::run(const std::string& sql) { connection_.run(sql); }

std::unique_ptr<Statement> MysqlDriver::prepare(std::string sql, std::size_t parameters) {
    try {
        return std::make_unique<MysqlStatement>(connection_, sql, parameters);
    } catch (const DatabaseError& e) {
        if (e.native_code() != unsupported_by_prepare || parameters != 0) throw;
    }
    return std::make_unique<MysqlTextStatement>(connection_, std::move(sql));
}

// Where an INSERT takes arrays of values, that is faster, but gives no rows back.
std::unique_ptr<BulkInsert> MysqlDriver::bulk_insert(const InsertTarget& target, std::size_t rows) {
    if (connection_.takes_arrays() && target.returning_sql.empty()) return nullptr;
    constexpr std::size_t most_parameters = 65'535;
    const std::size_t at_once = std::min<std::size_t>(100, most_parameters / target.columns.size());
    if (at_once < 2 || rows < at_once) return nullptr;
    return std::make_unique<ValuesInsert>(*this, target, at_once, connection_.packet_size());
}

bool MysqlDriver::knows_returning() const noexcept {
    constexpr unsigned long since = 100'500;
    return mysql_get_server_version(connection_.native()) >= since && connection_.is_mariadb();
}

bool MysqlDriver::looks_alive() noexcept {
    if (connection_.lost()) return false;
    // An idle server says nothing; what can be read is the end of the connection, or the reason for it.
    pollfd socket{.fd = mysql_get_socket(connection_.native()), .events = POLLIN | POLLPRI | POLLRDHUP, .revents = 0};
    return poll(&socket, 1, 0) == 0;
}

void MysqlDriver::ping(std::chrono::milliseconds timeout) { connection_.ping(timeout); }

bool MysqlDriver::tells_of_replica(const DatabaseErrorInfo& error) noexcept {
    if (error.native_code == read_only_mode) return true;
    // The number is that of every option which forbids a statement.
    return error.native_code == forbidden_by_option && (error.message.find("read-only") != std::string::npos ||
                                                        error.message.find("read_only") != std::string::npos);
}

void MysqlDriver::reset_session() {
    connection_.require_free();
    MYSQL* native = connection_.native();
    if (answer_limit_) connection_.ping(*answer_limit_);  // the library's call itself waits for ever
    if (mysql_reset_connection(native) != 0) connection_.fail();
    // The library's flag of an open transaction, which the reset leaves alone, is put right by the next answer.
    run("SET " + settings_);
    connection_.forget_rollback();
    if (!database_.empty() && (!native->db || native->db != database_))
        if (mysql_select_db(native, database_.c_str()) != 0) connection_.fail();
}

void MysqlDriver::set(const std::string& name, const std::string& value) {
    MysqlStatement statement(connection_, "SET SESSION " + quote_mysql_identifier(name) + " = ?", 1);
    const ValueView values[] = {setting(value)};
    statement.execute(values, false);
}

void MysqlDriver::restore(const std::string& name) {
    // DEFAULT is the server's default; what this driver sets on each connection comes after it.
    run("SET SESSION " + quote_mysql_identifier(name) + " = DEFAULT, " + settings_);
}

std::string quote_mysql_identifier(std::string_view name) {
    std::string quoted = "`";
    for (const char c : name) {
        if (c == '`') quoted += '`';
        quoted += c;
    }
    return quoted += '`';
}

}  // namespace sociable::dialect
