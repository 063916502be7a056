#include "engine/connection_state.hpp"
#include "engine/many_rows.hpp"

#include <algorithm>
#include <deque>

namespace sociable::detail {

namespace {

/// Finds the values of the columns, which each row must have as the first one has.
RowBatch::Order order_of(std::vector<std::string> columns, bool spare_ignored) {
    return [columns = std::move(columns), spare_ignored](Parameters row, std::vector<std::size_t>& positions) {
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
    return "INSERT INTO " + target.table + " (" + target.columns_sql + ") VALUES (" + values + ")" +
           (target.returning_sql.empty() ? "" : " RETURNING " + target.returning_sql);
}

std::string quote_columns(const dialect::Dialect& dialect, const std::vector<std::string>& columns) {
    std::string quoted;
    for (const std::string& column : columns)
        quoted.append(quoted.empty() ? "" : ", ").append(dialect.quote_identifier(column));
    return quoted;
}

}  // namespace

ConnectionState::ManyRows ConnectionState::prepare_insert(std::string_view table, const ParameterRows& rows,
                                                          const InsertOptions& options,
                                                          const std::vector<std::string>& returning) {
    RowBatch batch(rows);
    dialect::InsertTarget target;
    target.table = quote_table(*engine_->dialect, table);
    target.columns = columns_of(batch.peek(), options);
    target.columns_sql = quote_columns(*engine_->dialect, target.columns);
    target.returning_sql = quote_columns(*engine_->dialect, returning);
    batch.set_order(order_of(target.columns, rows.spare_ignored || !options.columns.empty()));
    batch.add();

    const std::string own = insert_statement(target);
    const std::optional<std::string> changed = changed_by_listeners(own);
    const std::string_view sql = changed ? *changed : own;
    settle_result();
    require_sound(sql);
    pool::StatementCache::Lease statement = prepare(sql);
    return ManyRows(*this, std::move(statement), std::move(batch),
                    sql == own ? driver().bulk_insert(target, rows.count) : nullptr);
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
                                             std::deque<Row>{}, 0);
    return prepare_insert(table, rows, options, returning).run_returning(returning);
}

}  // namespace sociable::detail
