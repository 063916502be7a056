#include "engine/all_or_none.hpp"
#include "engine/connection_state.hpp"
#include "engine/parameter_order.hpp"
#include "engine/row_batch.hpp"
#include "engine/statement_log.hpp"
#include "errors/redact.hpp"

#include <sociable/engine/events.hpp>

#include <algorithm>

namespace sociable::detail {

/// One statement executed for many rows, which are gathered to as many as the database likes at once.
class ConnectionState::ManyRows {
public:
    ManyRows(ConnectionState& connection, pool::StatementCache::Lease statement, RowBatch batch)
        : connection_(connection), batch_(std::move(batch)), statement_(std::move(statement)), sql_(statement_->text) {}

    /// All rows or none, by `bulk` where it can.
    void insert(std::unique_ptr<dialect::BulkInsert> bulk, std::size_t rows) {
        all_or_none_wanted_ = rows > 1;
        bulk_ = std::move(bulk);
    }
    std::int64_t run();

private:
    bool gather();
    void send();
    std::size_t send_in_bulk();
    [[noreturn]] void fail(const DatabaseError& error, std::size_t first, std::optional<std::size_t> row);

    ConnectionState& connection_;
    RowBatch batch_;
    pool::StatementCache::Lease statement_;
    const std::string sql_;
    std::unique_ptr<dialect::BulkInsert> bulk_;
    bool all_or_none_wanted_ = false;
    std::optional<AllOrNone> all_or_none_;
    std::int64_t affected_rows_ = 0;
};

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
    dialect::Batch batch;
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
        done = bulk_->insert(batch_.values(), batch_.rows());
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

std::int64_t ConnectionState::execute_many(std::string_view sql, const ParameterRows& rows) {
    require_usable();
    const std::optional<std::string> changed = changed_by_listeners(sql);
    if (changed) sql = *changed;
    settle_result();
    require_sound(sql);

    RowBatch batch(rows);
    pool::StatementCache::Lease statement = prepare(sql);
    batch.set_order([&prepared = *statement, &rows](Parameters row, std::vector<std::size_t>& positions) {
        order_parameters(prepared, row, rows.spare_ignored, positions);
    });
    return ManyRows(*this, std::move(statement), std::move(batch)).run();
}

namespace {

/// Finds the values of the columns, which each row must have as the first one has.
RowBatch::Order order_of(const std::vector<std::string>& columns, bool spare_ignored) {
    return [&columns, spare_ignored](Parameters row, std::vector<std::size_t>& positions) {
        positions.clear();
        for (const std::string& column : columns) {
            const auto found =
                std::find_if(row.begin(), row.end(), [&](const Parameter& p) { return p.name == column; });
            if (found == row.end()) throw ArgumentError("it has no value for the column '" + column + "'");
            positions.push_back(static_cast<std::size_t>(found - row.begin()));
        }
        if (spare_ignored || row.size() == columns.size()) return;
        for (const Parameter& p : row)
            if (std::find(columns.begin(), columns.end(), p.name) == columns.end())
                throw ArgumentError("it has a value for '" + std::string(p.name) + "', which the first row hasn't");
        throw ArgumentError("it has two values for a column");
    };
}

std::vector<std::string> columns_of(Parameters first_row, const InsertOptions& options) {
    std::vector<std::string> columns = options.columns;
    if (columns.empty())
        for (const Parameter& p : first_row) columns.emplace_back(p.name);
    if (columns.empty()) throw ArgumentError("row 0: it has no values, which would name the columns to insert");
    return columns;
}

std::string quote_table(const dialect::Dialect& dialect, std::string_view name) {
    std::string quoted;
    for (std::size_t start = 0; start <= name.size();) {
        const std::size_t end = std::min(name.find('.', start), name.size());
        if (start == end)
            throw ArgumentError("'" + std::string(name) + "' is no table's name; write table or schema.table");
        if (start != 0) quoted += '.';
        quoted += dialect.quote_identifier(name.substr(start, end - start));
        start = end + 1;
    }
    if (quoted.empty()) throw ArgumentError("insert_many needs the name of a table");
    return quoted;
}

/// The values are named v1, v2, ..., since a column's name may be more than a parameter's can.
std::string insert_statement(const dialect::InsertTarget& target) {
    std::string values;
    for (std::size_t i = 1; i <= target.columns.size(); ++i)
        values.append(i == 1 ? ":v" : ", :v").append(std::to_string(i));
    return "INSERT INTO " + target.table + " (" + target.columns_sql + ") VALUES (" + values + ")";
}

std::string quote_columns(const dialect::Dialect& dialect, const std::vector<std::string>& columns) {
    std::string quoted;
    for (const std::string& column : columns)
        quoted.append(quoted.empty() ? "" : ", ").append(dialect.quote_identifier(column));
    return quoted;
}

}  // namespace

std::int64_t ConnectionState::insert_many(std::string_view table, const ParameterRows& rows,
                                          const InsertOptions& options) {
    require_usable();
    dialect::InsertTarget target{.table = quote_table(*engine_->dialect, table), .columns = {}, .columns_sql = {}};
    if (rows.count == 0) return 0;
    RowBatch batch(rows);
    target.columns = columns_of(batch.peek(), options);
    batch.set_order(order_of(target.columns, rows.spare_ignored || !options.columns.empty()));
    batch.add();
    target.columns_sql = quote_columns(*engine_->dialect, target.columns);
    const std::string own = insert_statement(target);
    const std::optional<std::string> changed = changed_by_listeners(own);
    const std::string_view sql = changed ? *changed : own;
    settle_result();
    require_sound(sql);

    ManyRows many(*this, prepare(sql), std::move(batch));
    many.insert(sql == own ? driver().bulk_insert(target, rows.count) : nullptr, rows.count);
    return many.run();
}

}  // namespace sociable::detail
