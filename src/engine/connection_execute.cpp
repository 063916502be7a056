#include "engine/connection_state.hpp"

#include "dialect/sql_text.hpp"
#include "engine/parameter_order.hpp"
#include "engine/statement_log.hpp"

#include <sociable/engine/events.hpp>

#include <algorithm>
#include <optional>

namespace sociable::detail {

std::shared_ptr<ResultState> ConnectionState::execute(std::string_view sql, Parameters parameters,
                                                      dialect::Delivery delivery, bool spare_ignored) {
    require_usable();
    const std::optional<std::string> changed = changed_by_listeners(sql);
    if (changed) sql = *changed;
    settle_result();
    require_sound(sql);
    if (!open_cursors.empty()) end_cursors_closed_by(sql);

    pool::StatementCache::Lease statement = prepare(sql);
    const Values values = bind(*statement, parameters, spare_ignored);
    begin_for(statement, BeginTime::with_statement);
    const Stopwatch stopwatch(*engine_);
    run_statement(statement, values, delivery);
    auto result = std::make_shared<ResultState>(*this, std::move(statement), delivery.streaming);
    report(stopwatch, sql, values, *result);
    return result;
}

std::optional<std::string> ConnectionState::changed_by_listeners(std::string_view sql) {
    if (!engine_->hub.has_listeners<event::BeforeExecute>()) return std::nullopt;
    BorrowedConnection connection(shared_from_this());
    event::BeforeExecute e{connection.get(), std::string(sql)};
    fire(e);
    require_usable();
    return std::move(e.statement);
}

namespace {

/// ROLLBACK, of all or to a savepoint, is what a failed transaction still takes; PostgreSQL knows it as ABORT as well.
bool rolls_back(std::string_view sql) {
    const std::string word = dialect::first_word(sql);
    return word == "rollback" || word == "abort";
}

}  // namespace

/// A transaction in which a statement has failed may take no more of them: PostgreSQL refuses them, and MariaDB would
/// run them outside of it.
void ConnectionState::require_sound(std::string_view sql) {
    if (phase_ != Phase::active || autocommit()) return;
    if (driver().transaction_state() != dialect::TransactionState::failed) return first_cause_.clear();
    if (rolls_back(sql)) return;
    throw PendingRollbackError(
        "a statement has failed in this transaction, which must be rolled back first, or to a savepoint set before; "
        "the cause was: " +
        (first_cause_.empty() ? "not told" : first_cause_));
}

/// The server closes cursors at the end of their transaction or savepoint, also when SQL of the user's ends it.
void ConnectionState::end_cursors_closed_by(std::string_view sql) {
    const std::string word = dialect::first_word(sql);
    if (rolls_back(sql) || word == "commit" || word == "end" || word == "close" || word == "prepare")
        end_streams("a statement closed its cursor");
}

pool::StatementCache::Lease ConnectionState::prepare(std::string_view sql) {
    try {
        auto statement = checkout_.slot().statements.take(sql, *engine_->dialect, driver());
        if (statement->changes_session) checkout_.slot().session_changed = true;
        if (statement->locks_tables) checkout_.slot().tables_locked = true;
        return statement;
    } catch (const DatabaseError& error) {
        raise_error(error, sql, {});
    }
}

/// Begins the transaction that a statement needs. Listeners of Begin may lose the connection, and with it what was
/// prepared there.
void ConnectionState::begin_for(pool::StatementCache::Lease& statement, BeginTime time) {
    ensure_begun(!statement->statement->reads_only(), time);
    if (!statement->statement) statement = prepare(statement->text);
}

ConnectionState::Values ConnectionState::bind(const pool::PreparedStatement& statement, Parameters parameters,
                                              bool spare_ignored) {
    const std::vector<std::string>& names = statement.sql.parameters;
    boost::container::small_vector<std::size_t, 16> positions(names.size());
    order_parameters(names, statement.text, parameters, spare_ignored, positions);
    Values values;
    for (const std::size_t position : positions) values.push_back(parameters[position].value);
    return values;
}

void ConnectionState::run_statement(pool::StatementCache::Lease& statement, std::span<const ValueView> values,
                                    dialect::Delivery delivery) {
    try {
        statement->statement->execute(values, delivery);
    } catch (const DatabaseError& error) {
        const std::string sql = statement->text;
        statement.reset();
        // A connection that was lost may have been so by the statement.
        const bool of_begin = take_back_begin() && !error.is_disconnect();
        if (of_begin) raise_error(error, "BEGIN", {});
        raise_error(error, sql, values);
    } catch (const ArgumentError& error) {
        take_back_begin();
        throw ArgumentError(std::string(error.what()) + ", in: " + statement->text);
    } catch (...) {
        take_back_begin();
        throw;
    }
}

void ConnectionState::report(const Stopwatch& stopwatch, std::string_view sql, std::span<const ValueView> values,
                             const ResultState& result) {
    stopwatch.log(sql, result.affected_rows(), values);
    fire<event::AfterExecute>(sql, result.affected_rows(), stopwatch.elapsed());
}

}  // namespace sociable::detail
