#include "dialect/mysql_connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

namespace sociable::dialect {

namespace {

constexpr unsigned lost_connection = 2013;  // CR_SERVER_LOST
constexpr int out_of_memory = 2008;         // CR_OUT_OF_MEMORY
constexpr int out_of_sync = 2014;           // CR_COMMANDS_OUT_OF_SYNC

}  // namespace

MysqlConnection::~MysqlConnection() {
    for (MYSQL_STMT* statement : to_close_) mysql_stmt_close(statement);
}

void MysqlConnection::run(const std::string& sql) {
    require_free();
    if (limit_)
        ask(sql, *limit_);
    else if (mysql_real_query(native_, sql.data(), static_cast<unsigned long>(sql.size())) != 0)
        fail();
    drop_result();
    drop_results();
}

void MysqlConnection::drop_results() {
    if (lost_) return;
    // Values of OUT parameters come without the flag that says that the procedure's own status follows.
    while (mysql_more_results(native_)) {
        if (mysql_next_result(native_) > 0) fail();
        drop_result();
    }
}

void MysqlConnection::drop_result() {
    if (MYSQL_RES* result = mysql_use_result(native_))
        mysql_free_result(result);
    else if (mysql_field_count(native_) != 0)
        fail();
    if (mysql_errno(native_) != 0) fail();
}

void MysqlConnection::ping(std::chrono::milliseconds timeout) {
    require_free();
    ask("DO 0", timeout);
}

/// The library's own calls would wait as long as the socket does. A statement can be sent first and its answer waited
/// for.
void MysqlConnection::ask(const std::string& sql, std::chrono::milliseconds timeout) {
    using Clock = std::chrono::steady_clock;
    if (lost()) fail(describe_mysql_error(lost_connection, "HY000", "the connection was lost before"));
    if (mysql_send_query(native_, sql.data(), static_cast<unsigned long>(sql.size())) != 0) fail();
    const auto deadline = Clock::now() + timeout;
    pollfd socket{.fd = mysql_get_socket(native_), .events = POLLIN | POLLRDHUP, .revents = 0};
    int ready = 0;
    do {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        ready = poll(&socket, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    } while (ready < 0 && errno == EINTR);
    if (ready == 0) fail(describe_mysql_error(lost_connection, "HY000", "the server didn't answer in time"));
    if (mysql_read_query_result(native_) != 0) fail();
}

bool MysqlConnection::takes_arrays() const noexcept {
    unsigned long capabilities = 0;
    mariadb_get_infov(native_, MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES, &capabilities);
    return is_mariadb() && (capabilities & (MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32)) != 0;
}

std::size_t MysqlConnection::packet_size() {
    if (packet_size_ != 0) return packet_size_;
    const std::string size = rows_of("SELECT @@max_allowed_packet").at(0).at(0);
    // Larger packets gain nothing. Half of what the server takes leaves room for what is sent around the data.
    packet_size_ = std::min<std::size_t>(std::strtoull(size.c_str(), nullptr, 10) / 2, 1024 * 1024);
    return packet_size_;
}

bool MysqlConnection::roll_back_to(const std::string& savepoint) {
    run("ROLLBACK TO SAVEPOINT " + savepoint);
    return mysql_warning_count(native_) == 0;
}

void MysqlConnection::refuse_changed_values() {
    if (mysql_warning_count(native_) == 0) return;
    const auto warnings = rows_of("SHOW WARNINGS");  // before another statement makes the server forget them
    const auto found =
        std::find_if(warnings.begin(), warnings.end(), [](const auto& w) { return w.at(0) == "Warning"; });
    if (found == warnings.end() || rows_of("SELECT 1 FROM dual WHERE @@sql_mode LIKE '%STRICT%'").empty()) return;
    raise({.kind = ErrorKind::data,
           .message = found->at(2),
           .sqlstate = "22000",
           .native_code = std::atoi(found->at(1).c_str()),
           .statement = {}});
}

/// All of its rows, as texts. NULL is an empty one.
std::vector<std::vector<std::string>> MysqlConnection::rows_of(std::string_view sql) {
    require_free();
    if (mysql_real_query(native_, sql.data(), static_cast<unsigned long>(sql.size())) != 0) fail();
    const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result(mysql_store_result(native_),
                                                                          mysql_free_result);
    if (!result) fail();
    std::vector<std::vector<std::string>> rows;
    while (const MYSQL_ROW row = mysql_fetch_row(result.get())) {
        auto& cells = rows.emplace_back();
        for (unsigned i = 0; i < mysql_num_fields(result.get()); ++i) cells.emplace_back(row[i] ? row[i] : "");
    }
    return rows;
}

void MysqlConnection::ask_for_transaction() noexcept {
    if (lost() || rolled_back() || !in_transaction() || !is_free()) return;
    try {
        run("DO 0");
    } catch (...) {
        // The error that is on its way says more.
    }
}

void MysqlConnection::fail(MYSQL_STMT* statement) {
    // An error amid the rows is recorded with the connection only.
    const bool of_statement = statement && mysql_stmt_errno(statement) != 0;
    MysqlError error = of_statement
                           ? describe_mysql_error(mysql_stmt_errno(statement), mysql_stmt_sqlstate(statement),
                                                  mysql_stmt_error(statement))
                           : describe_mysql_error(mysql_errno(native_), mysql_sqlstate(native_), mysql_error(native_));
    fail(std::move(error));
}

void MysqlConnection::fail(MysqlError error) {
    // After these nobody knows what the server sends next. The server, and other connections, are as they were.
    const int number = error.info.native_code;
    const bool out_of_step = number == out_of_memory || number == out_of_sync;
    // Or the library might wait for ever, when a statement is closed, for rows that it doesn't understand any more.
    if (out_of_step && !lost()) shutdown(mysql_get_socket(native_), SHUT_RDWR);
    lost_ = lost_ || error.info.is_disconnect || out_of_step;
    rolled_back_ = rolled_back_ || (error.rolled_back && in_transaction());
    raise(std::move(error.info));
}

void MysqlConnection::require_free() const {
    if (lost_) raise(describe_mysql_error(lost_connection, "HY000", "the connection was lost before").info);
    if (stream_)
        raise({.kind = ErrorKind::interface,
               .message = "rows of another statement are still being received; read them all or finish it first",
               .sqlstate = "HY000",
               .native_code = 2014,
               .statement = {}});
}

void MysqlConnection::end_stream() noexcept {
    stream_ = nullptr;
    for (MYSQL_STMT* statement : std::exchange(to_close_, {})) mysql_stmt_close(statement);
}

void MysqlConnection::close(MYSQL_STMT* statement) noexcept {
    if (stream_)
        to_close_.push_back(statement);
    else
        mysql_stmt_close(statement);
}

bool MysqlConnection::answers() noexcept {
    if (lost()) return false;
    try {
        if (limit_) ping(*limit_);
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

bool MysqlConnection::lost() const noexcept {
    // SOCI, and users through it, talk to the server as well; the library drops the socket of a connection that broke.
    return lost_ || mysql_get_socket(native_) == MARIADB_INVALID_SOCKET;
}

}  // namespace sociable::dialect
