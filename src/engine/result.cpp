#include <sociable/engine/result.hpp>

#include "engine/result_state.hpp"

#include <utility>

namespace sociable {

Result::Result(std::shared_ptr<detail::ResultState> state) noexcept : state_(std::move(state)) {}

Result::~Result() = default;

detail::ResultState& Result::state() const {
    if (!state_) throw ResourceClosedError("this result has been moved from");
    return *state_;
}

std::int64_t Result::affected_rows() const { return state().affected_rows(); }

std::optional<std::int64_t> Result::last_insert_id() const { return state().last_insert_id(); }

const std::vector<std::string>& Result::columns() const { return state().columns(); }

std::vector<Row> Result::all() {
    std::vector<Row> rows;
    while (source().next()) rows.push_back(state_->row());
    return rows;
}

void Result::close() noexcept {
    if (state_) state_->finish();
}

detail::RowSource& Result::source() {
    if (state().columns().empty())
        throw InvalidRequestError("the statement gave no rows; affected_rows() tells what it did");
    return *state_;
}

std::shared_ptr<detail::RowSource> Result::shared_source() {
    source();
    return state_;
}

std::optional<Row> Result::next_row() {
    if (!source().next()) return std::nullopt;
    return state_->row();
}

void Result::throw_no_result() const { throw NoResultFound("one row was asked for, and the statement gave none"); }

void Result::throw_multiple_results() const {
    state_->finish();
    throw MultipleResultsFound("one row was asked for, and the statement gave more");
}

}  // namespace sociable
