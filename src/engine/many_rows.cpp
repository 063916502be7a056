#include "engine/many_rows.hpp"

#include "engine/statement_log.hpp"
#include "errors/redact.hpp"

#include <sociable/engine/events.hpp>

#include <algorithm>

namespace sociable::detail {

std::int64_t ConnectionState::ManyRows::run() {
    const Stopwatch stopwatch(*connection_.engine_);
    for (bool more = true; more; batch_.clear()) {
        try {
            more = gather();
        } catch (...) {
            try {
                send();  // the rows before the bad one come first, also with their errors
            } catch (const InvalidRequestError&) {
                // Nothing more can be sent, for the reason that has been thrown already.
            }
            if (all_or_none_) all_or_none_->undo();
            throw;
        }
        send();
    }
    statement_.reset();
    if (all_or_none_) all_or_none_->keep();
    stopwatch.log(sql_, affected_rows_, {});
    connection_.fire<event::AfterExecute>(sql_, affected_rows_, stopwatch.elapsed());
    return affected_rows_;
}

std::shared_ptr<ResultState> ConnectionState::ManyRows::run_returning(std::vector<std::string> columns) {
    auto names = std::make_shared<const std::vector<std::string>>(std::move(columns));
    std::vector<Row> rows;
    read_ = [&](dialect::Statement& statement) {
        if (*names != statement.columns())
            names = std::make_shared<const std::vector<std::string>>(statement.columns());
        while (statement.fetch()) rows.push_back(ResultState::copy_row(statement, names));
    };
    const std::int64_t affected_rows = run();
    return std::make_shared<ResultState>(std::move(names), std::move(rows), affected_rows);
}

/// Each COPY of a thousand rows or more costs a PostgreSQL server a millisecond besides them. Of wide rows fewer are
/// gathered, since the values take memory until they have been sent: 6 MB at most, texts aside, which aren't copied.
std::size_t ConnectionState::ManyRows::worth_gathering(std::size_t columns) noexcept {
    constexpr std::size_t rows = 16 * 1024;
    constexpr std::size_t values = 256 * 1024;
    return std::clamp<std::size_t>(values / std::max<std::size_t>(columns, 1), 1, rows);
}

/// False when there are no more rows than those.
bool ConnectionState::ManyRows::gather() {
    const Listening listening(connection_);
    while (batch_.rows() < rows_at_once_)
        if (!batch_.add()) return false;
    return true;
}

void ConnectionState::ManyRows::send() {
    if (batch_.rows() == 0) return;
    begin();
    const std::size_t done = send_in_bulk();
    if (done != batch_.rows()) send_rest(done);
}

/// What made the rows may have run statements on the connection, and lost it. At AUTOCOMMIT there may be another.
void ConnectionState::ManyRows::begin() {
    connection_.require_usable();
    connection_.settle_result();
    connection_.require_sound(sql_);
    if (all_or_none_) all_or_none_->require_open();
    if (!statement_->statement) statement_ = connection_.prepare(sql_);
    connection_.begin_for(statement_);
    if (inserts_ && batch_.total() > 1 && !all_or_none_) all_or_none_.emplace(connection_);
}

/// Returns how many rows that has dealt with.
std::size_t ConnectionState::ManyRows::send_in_bulk() {
    dialect::Batch batch{.read = read_};
    std::size_t done = 0;
    try {
        if (target_) statement_->bulk = connection_.driver().bulk_insert(*target_, batch_.total());
        target_.reset();
        if (statement_->bulk) done = statement_->bulk->insert(batch_.values(), batch_.rows(), batch);
    } catch (const DatabaseError& error) {
        fail(error, 0, {});
    }
    affected_rows_ += batch.affected_rows;
    return done;
}

void ConnectionState::ManyRows::send_rest(std::size_t first) {
    dialect::Batch batch{.read = read_};
    try {
        statement_->statement->execute_many(batch_.values_from(first), batch_.rows() - first, batch);
    } catch (const DatabaseError& error) {
        fail(error, first, batch);
    } catch (const ArgumentError& error) {
        throw ArgumentError(std::string(error.what()) + ", in: " + sql_);
    }
    affected_rows_ += batch.affected_rows;
}

/// The failed one is counted from the `first` of the rows gathered. Where it isn't to blame it still tells what has
/// been done, at AUTOCOMMIT for good.
void ConnectionState::ManyRows::fail(const DatabaseError& error, std::size_t first, const dialect::Batch& failed) {
    const std::size_t place = first + failed.failed_row.value_or(0);
    const std::string row = std::to_string(batch_.first_row() + place);
    DatabaseErrorInfo info = error.info();
    // Before the rows' numbers are in it, which may be values as well.
    info.message = errors::redact_values(std::move(info.message),
                                         failed.failed_row ? batch_.values_of(place) : batch_.values_from(first));
    if (!failed.failed_row)
        info.message.insert(0, "rows " + row + " to " + std::to_string(batch_.first_row() + batch_.rows() - 1) + ": ");
    else if (failed.blames_row && dialect::may_be_of_row(error.info()))
        info.message.insert(0, "row " + row + ": ");
    else if (row != "0")
        info.message.insert(0, "from row " + row + " on: ");
    statement_.reset();
    if (all_or_none_) all_or_none_->undo();
    connection_.raise_error(DatabaseError(std::move(info)), sql_, {});
}

}  // namespace sociable::detail
