#include "dialect/choices.hpp"
#include "dialect/postgresql_errors.hpp"
#include "dialect/postgresql_pipeline.hpp"
#include "dialect/postgresql_statement.hpp"

#include <algorithm>
#include <exception>

namespace sociable::dialect {

namespace {

// Of one pipeline. libpq holds what is sent until the server has taken it, and all of the answers.
constexpr std::size_t rows_in_pipeline = 500;
constexpr std::size_t bytes_in_pipeline = 4 * 1024 * 1024;

// Others may end the transaction, or be a COPY, which a pipeline can't have, or give more rows than should be kept.
bool changes_rows(std::string_view sql) {
    sql.remove_prefix(std::min(sql.find_first_not_of(" \t\r\n"), sql.size()));
    const std::string word = lower_case(sql.substr(0, sql.find_first_of(" \t\r\n(\"")));
    return word == "insert" || word == "update" || word == "delete" || word == "merge";
}

std::size_t size_of(std::span<const ValueView> values) {
    constexpr std::size_t message = 64;
    std::size_t size = message;
    for (const ValueView& value : values) {
        const bool has_text = value.kind() == ValueView::Kind::text || value.kind() == ValueView::Kind::blob;
        size += has_text ? value.as_text().size() : sizeof(std::int64_t);
    }
    return size;
}

std::size_t rows_at_once(std::span<const ValueView> values, std::size_t rows) {
    const std::size_t width = values.size() / rows;
    std::size_t count = 0;
    for (std::size_t size = 0; count < std::min(rows, rows_in_pipeline) && size < bytes_in_pipeline; ++count)
        size += size_of(values.subspan(count * width, width));
    return count;
}

/// A wrong statement, or one that isn't allowed, fails with its first row. Where a later one is refused, the row is:
/// by the types of its values, or by a policy of the table's.
bool is_of_row(const DatabaseErrorInfo& error, std::size_t row) {
    return may_be_of_values(error.sqlstate) || (row > 0 && error.sqlstate.starts_with("42"));
}

}  // namespace

std::size_t PostgresqlStatement::batch_rows() const { return changes_rows(sql_) ? rows_in_pipeline : 1; }

void PostgresqlStatement::execute_many(std::span<const ValueView> values, std::size_t rows, Batch& batch) {
    try {
        execute_rows(values, rows, batch);
    } catch (const DatabaseError& error) {
        batch.blames_row = batch.failed_row && is_of_row(error.info(), *batch.failed_row);
        throw;
    }
}

// Outside of a transaction each row commits by itself, which those of a pipeline would do together.
void PostgresqlStatement::execute_rows(std::span<const ValueView> values, std::size_t rows, Batch& batch) {
    const bool in_transaction = link_.transaction_state() == TransactionState::active;
    if (rows < 2 || batch_rows() == 1 || !in_transaction || values.size() != rows * parameter_count_)
        return Statement::execute_many(values, rows, batch);
    finish();
    affected_ = 0;
    batch.failed_row = 0;
    if (!name_.empty() && prepared_after_ != link_.schema_changes) forget_prepared();
    if (name_.empty() && link_.keeps_statements) {
        parameters_.assign(values.first(parameter_count_));
        prepare();
    }
    for (std::size_t row = 0; row < rows;) {
        const std::size_t count = rows_at_once(values.subspan(row * parameter_count_), rows - row);
        run_pipeline(values.subspan(row * parameter_count_), row, count, batch);
        row += count;
    }
}

/// So many rows, of which the first is that of the batch with this number.
void PostgresqlStatement::run_pipeline(std::span<const ValueView> values, std::size_t first, std::size_t rows,
                                       Batch& batch) {
    PostgresqlPipeline pipeline(link_);
    batch.failed_row.reset();
    std::size_t sent = 0;
    std::exception_ptr refused;  // by the client: the rows before come first
    try {
        for (; sent < rows; ++sent) {
            const bool is_parsed = sent > 0 || !name_.empty();
            send_row(pipeline, values.subspan(sent * parameter_count_, parameter_count_), is_parsed);
        }
    } catch (const DataError&) {
        refused = std::current_exception();
    }
    pipeline.end();
    for (std::size_t row = 0; row < sent; ++row) receive_row(pipeline, first + row, batch);
    if (!refused) return;
    batch.failed_row = first + sent;
    std::rethrow_exception(refused);
}

/// The statement without a name is what the pipeline has parsed last: the rows behind that one use it.
void PostgresqlStatement::send_row(PostgresqlPipeline& pipeline, std::span<const ValueView> values, bool is_parsed) {
    parameters_.assign(values);
    if (is_parsed && parameters_.fit(prepared_types_)) {
        send_prepared();
    } else {
        send_parsed();
        if (name_.empty()) prepared_types_ = parameters_.types();
    }
    pipeline.sent(size_of(values));
}

void PostgresqlStatement::receive_row(PostgresqlPipeline& pipeline, std::size_t row, Batch& batch) {
    batch.failed_row = row;
    PostgresqlResult result = receive_answer(pipeline);
    batch.failed_row.reset();
    batch.affected_rows += rows_changed(result.get());
    if (!batch.read) return;
    row_.begin(std::move(result));
    batch.read(*this);
    row_.continue_with(nullptr);
}

PostgresqlResult PostgresqlStatement::receive_answer(PostgresqlPipeline& pipeline) {
    PostgresqlResult result = pipeline.answer();
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
    pipeline.skip_rest();  // only then is it known whether the connection has survived
    DatabaseErrorInfo error = postgresql_error(link_.native(), result.get());
    if (is_stale(error)) forget_prepared();
    raise(std::move(error));
}

}  // namespace sociable::dialect
