#include "engine/connection_state.hpp"
#include "engine/many_rows.hpp"
#include "engine/parameter_order.hpp"

namespace sociable::detail {

ConnectionState::ManyRows ConnectionState::prepare_many(std::string_view sql, const ParameterRows& rows) {
    require_usable();
    const std::optional<std::string> changed = changed_by_listeners(sql);
    if (changed) sql = *changed;
    settle_result();
    require_sound(sql);

    pool::StatementCache::Lease statement = prepare(sql);
    RowBatch batch(rows);
    batch.set_order([names = statement->sql.parameters, sql = statement->text, spare = rows.spare_ignored](
                        Parameters row, std::vector<std::size_t>& positions) {
        positions.resize(names.size());
        order_parameters(names, sql, row, spare, positions);
    });
    return ManyRows(*this, std::move(statement), std::move(batch));
}

std::int64_t ConnectionState::execute_many(std::string_view sql, const ParameterRows& rows) {
    return prepare_many(sql, rows).run();
}

std::shared_ptr<ResultState> ConnectionState::execute_many_returning(std::string_view sql, const ParameterRows& rows) {
    return prepare_many(sql, rows).run_returning({});
}

}  // namespace sociable::detail
