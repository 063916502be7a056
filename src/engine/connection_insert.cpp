#include "engine/connection_state.hpp"
#include "engine/many_rows.hpp"
#include "engine/parameter_order.hpp"

#include <algorithm>

namespace sociable::detail {

namespace {

/// Of a column's value in the statement, since a column's name may be more than a parameter's can.
std::string value_name(std::size_t column) { return "v" + std::to_string(column); }

std::size_t position_of(const std::string& column, Parameters row) {
    const auto found = std::find_if(row.begin(), row.end(), [&](const Parameter& p) { return p.name == column; });
    if (found == row.end()) throw ArgumentError("it has no value for the column '" + column + "'");
    return static_cast<std::size_t>(found - row.begin());
}

/// Finds the values of the columns, which each row must have as the first one has, and puts them in the order in which
/// the statement takes the columns.
RowBatch::Order order_of(std::vector<std::string> columns, std::vector<std::size_t> taken, bool spare_ignored) {
    return [columns = std::move(columns), taken = std::move(taken), spare_ignored](
               Parameters row, std::vector<std::size_t>& positions) {
        std::vector<std::size_t> found_at;
        for (const std::string& column : columns) found_at.push_back(position_of(column, row));
        positions.clear();
        for (const std::size_t column : taken) positions.push_back(found_at[column]);
        if (spare_ignored || row.size() == columns.size()) return;
        for (const Parameter& p : row)
            if (std::find(columns.begin(), columns.end(), p.name) == columns.end())
                throw ArgumentError("it has a value for '" + std::string(p.name) + "', which the first row hasn't");
        throw ArgumentError("it has two values for a column");
    };
}

/// Which columns the statement takes, in its order: a listener may have put others, or the same elsewhere.
std::vector<std::size_t> taken_columns(const pool::PreparedStatement& statement, std::size_t columns) {
    std::vector<std::string> names;
    for (std::size_t i = 1; i <= columns; ++i) names.push_back(value_name(i));
    std::vector<Parameter> values;
    for (const std::string& name : names) values.emplace_back(name, ValueView::null());
    std::vector<std::size_t> positions(statement.sql.parameters.size());
    order_parameters(statement.sql.parameters, statement.text, values, false, positions);
    return positions;
}

std::vector<std::string> columns_of(Parameters first_row, const InsertOptions& options) {
    std::vector<std::string> columns = options.columns;
    try {
        for (const std::string& column : columns) position_of(column, first_row);
    } catch (const ArgumentError& error) {
        throw ArgumentError(std::string("row 0: ") + error.what());
    }
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

std::string insert_statement(const dialect::InsertTarget& target) {
    std::string values;
    for (std::size_t i = 1; i <= target.columns.size(); ++i) values.append(i == 1 ? ":" : ", :").append(value_name(i));
    return "INSERT INTO " + target.table + " (" + target.columns_sql + ") VALUES (" + values + ")" +
           (target.returning_sql.empty() ? "" : " RETURNING " + target.returning_sql);
}

std::string quote_columns(const dialect::Dialect& dialect, const std::vector<std::string>& columns,
                          const std::string& prefix = {}) {
    std::string quoted;
    for (const std::string& column : columns)
        quoted.append(quoted.empty() ? "" : ", ").append(prefix).append(dialect.quote_identifier(column));
    return quoted;
}

}  // namespace

ConnectionState::ManyRows ConnectionState::prepare_insert(std::string_view table, const ParameterRows& rows,
                                                          const InsertOptions& options,
                                                          const std::vector<std::string>& returning) {
    RowBatch batch(rows);
    dialect::InsertTarget target;
    target.table = quote_table(*engine_->dialect, table);
    {
        const Listening listening(*this);
        target.columns = columns_of(batch.peek(), options);
    }
    target.columns_sql = quote_columns(*engine_->dialect, target.columns);
    std::string prefix;
    if (engine_->dialect->takes_names_for_texts())
        prefix = engine_->dialect->quote_identifier(table.substr(table.rfind('.') + 1)) + '.';
    target.returning_sql = quote_columns(*engine_->dialect, returning, prefix);

    const std::string own = insert_statement(target);
    const std::optional<std::string> changed = changed_by_listeners(own);
    const std::string_view sql = changed ? *changed : own;
    require_usable();
    settle_result();
    require_sound(sql);
    pool::StatementCache::Lease statement = prepare(sql);
    batch.set_order(order_of(target.columns, taken_columns(*statement, target.columns.size()),
                             rows.spare_ignored || !options.columns.empty()));
    return ManyRows(*this, std::move(statement), std::move(batch),
                    sql == own ? std::optional(std::move(target)) : std::nullopt);
}

std::int64_t ConnectionState::insert_many(std::string_view table, const ParameterRows& rows,
                                          const InsertOptions& options) {
    require_usable();
    if (rows.count == 0) return 0;
    return prepare_insert(table, rows, options, {}).run();
}

std::shared_ptr<ResultState> ConnectionState::insert_many_returning(std::string_view table, const ParameterRows& rows,
                                                                    const std::vector<std::string>& returning,
                                                                    const InsertOptions& options) {
    require_usable();
    if (returning.empty()) throw ArgumentError("insert_many_returning needs the names of the columns to return");
    if (!driver().knows_returning())
        raise(
            {.kind = ErrorKind::not_supported,
             .message = "this " + std::string(engine_->dialect->name()) +
                        " has no RETURNING, which insert_many_returning needs; MariaDB has it since 10.5, SQLite since "
                        "3.35"});
    if (rows.count == 0)
        return std::make_shared<ResultState>(std::make_shared<const std::vector<std::string>>(returning),
                                             std::vector<Row>{}, 0);
    return prepare_insert(table, rows, options, returning).run_returning(returning);
}

}  // namespace sociable::detail
