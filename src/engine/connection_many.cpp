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

    RowBatch batch(rows);
    pool::StatementCache::Lease statement = prepare(sql);
    batch.set_order([&prepared = *statement, &rows](Parameters row, std::vector<std::size_t>& positions) {
        order_parameters(prepared, row, rows.spare_ignored, positions);
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
