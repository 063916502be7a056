#include "dialect/mysql_statement.hpp"

#include "dialect/choices.hpp"
#include "dialect/sql_text.hpp"
#include "errors/redact.hpp"

#include <sociable/errors/error.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

namespace sociable::dialect {

namespace {

// INSERT ... RETURNING and the like, of which the server tells no number of rows but by returning them.
bool begins_with_change(std::string_view sql) {
    const std::string word = first_word(sql);
    return word == "insert" || word == "replace" || word == "update" || word == "delete";
}

// Without a cursor, as for EXPLAIN, the client library doesn't get along with having asked for one.
bool may_have_cursor(std::string_view sql) {
    const std::string word = first_word(sql);
    return word == "select" || word == "with" || word == "values" || word == "call";
}

// Of an array the server evaluates a subquery and the last generated key once, and not for each row. RETURNING gives
// rows, of which nothing is said when it is prepared, and the warnings of IGNORE are no sign of anything wrong. Also in
// a name, these words only cost speed.
bool may_take_arrays(const std::string& sql) {
    const std::string text = lower_case(sql);
    const std::size_t start = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    const auto has = [&](const char* word) { return text.find(word) != std::string::npos; };
    return (text.compare(start, 6, "insert") == 0 || text.compare(start, 7, "replace") == 0) && !has("select") &&
           !has("last_insert_id") && !has("returning") && !has("ignore");
}

}  // namespace

MysqlStatement::MysqlStatement(MysqlConnection& connection, const std::string& sql, std::size_t parameters)
    : connection_(connection),
      native_(nullptr, Closer{&connection}),
      changes_rows_(begins_with_change(sql)),
      may_have_cursor_(may_have_cursor(sql)) {
    connection_.require_free();
    native_.reset(mysql_stmt_init(connection_.native()));
    if (!native_) connection_.fail();
    if (mysql_stmt_prepare(native_.get(), sql.data(), static_cast<unsigned long>(sql.size())) != 0)
        connection_.fail(native_.get());
    if (const auto counted = mysql_stmt_param_count(native_.get()); counted != parameters)
        throw ArgumentError("the statement has " + std::to_string(counted) + " placeholders for MariaDB, but " +
                            std::to_string(parameters) + " parameters were found in it");
    takes_arrays_ = parameters != 0 && may_take_arrays(sql) && connection_.takes_arrays();
}

MysqlStatement::~MysqlStatement() { finish(); }

void MysqlStatement::execute(std::span<const ValueView> values, Delivery delivery) {
    finish();
    connection_.require_free();
    if (values.size() != mysql_stmt_param_count(native_.get()))
        throw ArgumentError("the statement takes " + std::to_string(mysql_stmt_param_count(native_.get())) +
                            " values, not " + std::to_string(values.size()));
    affected_rows_ = 0;
    last_insert_id_.reset();
    parameters_.set(values);
    try {
        run(values, delivery);
    } catch (const DatabaseError& e) {
        if (!changes_rows_) connection_.ask_for_transaction();
        DatabaseErrorInfo info = e.info();
        info.message = errors::redact_values(std::move(info.message), values);
        raise(std::move(info));
    }
}

void MysqlStatement::run(std::span<const ValueView> values, Delivery delivery) {
    if (!values.empty() && mysql_stmt_bind_param(native_.get(), parameters_.binds()) != 0)
        connection_.fail(native_.get());
    // Without it the library keeps the names of the columns as they were when the statement was prepared, and gives up
    // when their number has changed. With none it takes the description that comes with each result.
    native_->field_count = 0;
    // Nor does it forget a cursor, and would look for the rows of a later stream there.
    native_->cursor_exists = 0;
    const bool streaming = delivery.streaming && !changes_rows_;
    ask_for_cursor(streaming && may_have_cursor_ ? delivery.batch : 0);
    if (mysql_stmt_execute(native_.get()) != 0) connection_.fail(native_.get());
    by_cursor_ = (native_->upsert_status.server_status & SERVER_STATUS_CURSOR_EXISTS) != 0;
    receive_rows(streaming);
}

void MysqlStatement::ask_for_cursor(std::size_t batch) {
    const unsigned long type = batch == 0 ? CURSOR_TYPE_NO_CURSOR : CURSOR_TYPE_READ_ONLY;
    const unsigned long rows = std::clamp<std::size_t>(batch, 1, std::numeric_limits<std::uint32_t>::max());
    mysql_stmt_attr_set(native_.get(), STMT_ATTR_CURSOR_TYPE, &type);
    mysql_stmt_attr_set(native_.get(), STMT_ATTR_PREFETCH_ROWS, &rows);
}

void MysqlStatement::receive_rows(bool streaming) {
    MYSQL_STMT* statement = native_.get();
    columns_.describe(std::span(mariadb_stmt_fetch_fields(statement), mysql_stmt_field_count(statement)));
    if (columns_.empty()) {
        read_outcome();
        connection_.drop_results();
        return;
    }
    has_rows_ = true;
    stored_rows_ = 0;
    if (!by_cursor_) connection_.start_stream(statement);
    columns_.follow(statement);
    if (streaming) return;
    const bool stored = mysql_stmt_store_result(statement) == 0;
    connection_.end_stream();
    if (!stored) {
        has_rows_ = false;
        connection_.fail(statement);
    }
    const auto count = mysql_stmt_num_rows(statement);
    holds_rows_ = count != 0;
    stored_rows_ = count;
    if (changes_rows_) affected_rows_ = static_cast<std::int64_t>(count);
    connection_.drop_results();
}

void MysqlStatement::read_outcome() {
    affected_rows_ = static_cast<std::int64_t>(mysql_stmt_affected_rows(native_.get()));
    if (const auto id = mysql_stmt_insert_id(native_.get()); id != 0) last_insert_id_ = static_cast<std::int64_t>(id);
}

bool MysqlStatement::fetch() {
    if (!has_rows_) return false;
    if (by_cursor_) connection_.require_free();
    MYSQL_STMT* statement = native_.get();
    const int result = mysql_stmt_fetch(statement);
    if (result == 0) {
        if (stored_rows_ != 0) --stored_rows_;
        return true;
    }
    has_rows_ = false;
    const bool streamed = connection_.streams(statement);
    if (streamed) connection_.end_stream();
    if (result != MYSQL_NO_DATA) connection_.fail(statement);
    if (streamed) connection_.drop_results();
    return false;
}

void MysqlStatement::finish() noexcept {
    MYSQL_STMT* statement = native_.get();
    if (!statement) return;
    const bool cursor_is_open = std::exchange(has_rows_, false) && by_cursor_;
    if (connection_.streams(statement)) {
        mysql_stmt_free_result(statement);
        try {
            connection_.drop_results();
        } catch (const DatabaseError&) {
            // Nobody is left to be told: the caller has given up the rest.
        }
        connection_.end_stream();
    } else if (cursor_is_open && connection_.is_free() && connection_.answers()) {
        mysql_stmt_reset(statement);  // closes it, as the next execution would, but waits for ever
    } else if (holds_rows_ && connection_.is_free()) {
        // While another statement streams, this would eat its rows. Without going back it frees nothing after the last.
        mysql_stmt_data_seek(statement, 0);
        mysql_stmt_free_result(statement);
        holds_rows_ = false;
    }
}

}  // namespace sociable::dialect
