#include "engine/many_rows.hpp"

#include "engine/statement_log.hpp"
#include "errors/redact.hpp"

#include <sociable/engine/events.hpp>

#include <deque>

namespace sociable::detail {

std::int64_t ConnectionState::ManyRows::run() {
    const Stopwatch stopwatch(*connection_.engine_);
    for (bool more = true; more; batch_.clear()) {
        try {
            more = gather();
        } catch (...) {
            send();  // the rows before the bad one come first, also with their errors
            if (all_or_none_) all_or_none_->undo();
            throw;
        }
        send();
    }
    statement_.reset();
    bulk_.reset();
    if (all_or_none_) all_or_none_->keep();
    stopwatch.log(sql_, affected_rows_, {});
    connection_.fire<event::AfterExecute>(sql_, affected_rows_, stopwatch.elapsed());
    return affected_rows_;
}

std::shared_ptr<ResultState> ConnectionState::ManyRows::run_returning(std::vector<std::string> columns) {
    auto names = std::make_shared<const std::vector<std::string>>(std::move(columns));
    std::deque<Row> rows;
    read_ = [&](dialect::Statement& statement) {
        if (*names != statement.columns())
            names = std::make_shared<const std::vector<std::string>>(statement.columns());
        while (statement.fetch()) rows.push_back(ResultState::copy_row(statement, names));
    };
    const std::int64_t affected_rows = run();
    return std::make_shared<ResultState>(std::move(names), std::move(rows), affected_rows);
}

/// False when there are no more rows than those.
bool ConnectionState::ManyRows::gather() {
    const std::size_t enough = bulk_ ? bulk_->batch_rows() : statement_->statement->batch_rows();
    while (batch_.rows() < enough)
        if (!batch_.add()) return false;
    return true;
}

void ConnectionState::ManyRows::send() {
    if (batch_.rows() == 0) return;
    connection_.ensure_begun(!statement_->statement->reads_only());
    if (all_or_none_wanted_ && !all_or_none_) all_or_none_.emplace(connection_);
    const std::size_t done = bulk_ ? send_in_bulk() : 0;
    if (done == batch_.rows()) return;
    dialect::Batch batch{.read = read_};
    try {
        statement_->statement->execute_many(batch_.values_from(done), batch_.rows() - done, batch);
    } catch (const DatabaseError& error) {
        fail(error, done, batch.failed_row);
    } catch (const ArgumentError& error) {
        throw ArgumentError(std::string(error.what()) + ", in: " + sql_);
    }
    affected_rows_ += batch.affected_rows;
}

std::size_t ConnectionState::ManyRows::send_in_bulk() {
    std::size_t done = 0;
    try {
        done = bulk_->insert(batch_.values(), batch_.rows(), read_);
    } catch (const DatabaseError& error) {
        fail(error, 0, std::nullopt);
    }
    affected_rows_ += static_cast<std::int64_t>(done);
    return done;
}

/// `first` and `row`, which is counted from there, are of the rows gathered.
void ConnectionState::ManyRows::fail(const DatabaseError& error, std::size_t first, std::optional<std::size_t> row) {
    const std::size_t from = batch_.first_row() + first;
    const std::size_t last = batch_.first_row() + batch_.rows() - 1;
    const auto values = row ? batch_.values_of(first + *row) : batch_.values_from(first);
    DatabaseErrorInfo info = error.info();
    // Before the rows' numbers are in it, which may be values as well.
    info.message = errors::redact_values(std::move(info.message), values);
    info.message.insert(0, row ? "row " + std::to_string(from + *row) + ": "
                               : "rows " + std::to_string(from) + " to " + std::to_string(last) + ": ");
    statement_.reset();
    bulk_.reset();
    if (all_or_none_) all_or_none_->undo();
    connection_.raise_error(DatabaseError(std::move(info)), sql_, {});
}

}  // namespace sociable::detail
