#include <sociable/engine/connection.hpp>

#include "engine/connection_state.hpp"
#include "log/log.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace sociable {

Connection::Connection(std::shared_ptr<detail::ConnectionState> state) noexcept : state_(std::move(state)) {}

Connection& Connection::operator=(Connection&& other) noexcept {
    if (this != &other) {
        Connection ended(std::move(*this));
        state_ = std::move(other.state_);
    }
    return *this;
}

Connection::~Connection() {
    if (!state_) return;
    try {
        state_->close();
    } catch (const std::exception& e) {
        log::engine().error("a listener threw while a connection was closed: {}", e.what());
    } catch (...) {
        log::engine().error("a listener threw while a connection was closed");
    }
}

std::shared_ptr<detail::ConnectionState> Connection::state() const {
    if (!state_) throw ResourceClosedError("this connection has been moved from");
    return state_;
}

Result Connection::execute(std::string_view sql, std::initializer_list<Parameter> parameters) {
    return run(sql, {parameters.begin(), parameters.size()}, Spare::refused);
}

Result Connection::execute(std::string_view sql, Parameters parameters) { return run(sql, parameters, Spare::refused); }

Result Connection::stream(std::string_view sql, std::initializer_list<Parameter> parameters,
                          const StreamOptions& options) {
    return stream(sql, Parameters(parameters.begin(), parameters.size()), options);
}

Result Connection::stream(std::string_view sql, Parameters parameters, const StreamOptions& options) {
    return Result(state()->execute(sql, parameters, {true, options.yield_per}, false));
}

Result Connection::run(std::string_view sql, Parameters parameters, Spare spare) {
    return Result(state()->execute(sql, parameters, false, spare == Spare::ignored));
}

std::int64_t Connection::run_many(std::string_view sql, const detail::ParameterRows& rows) {
    return state()->execute_many(sql, rows);
}

Result Connection::run_many_returning(std::string_view sql, const detail::ParameterRows& rows) {
    return Result(state()->execute_many_returning(sql, rows));
}

Result Connection::insert_rows_returning(std::string_view table, const detail::ParameterRows& rows,
                                         const std::vector<std::string>& returning, const InsertOptions& options) {
    return Result(state()->insert_many_returning(table, rows, returning, options));
}

std::int64_t Connection::insert_rows(std::string_view table, const detail::ParameterRows& rows,
                                     const InsertOptions& options) {
    return state()->insert_many(table, rows, options);
}

Transaction Connection::begin(const TransactionOptions& options) {
    const auto state = this->state();
    const std::uint64_t id = state->begin(options);
    return Transaction(state, id);
}

Transaction Connection::begin_nested() {
    const auto state = this->state();
    const std::uint64_t id = state->begin_nested();
    return Transaction(state, id);
}

void Connection::commit() { state()->commit(); }

void Connection::rollback() { state()->rollback(); }

bool Connection::in_transaction() const noexcept { return state_ && state_->in_transaction(); }

bool Connection::in_nested_transaction() const noexcept { return state_ && state_->in_nested_transaction(); }

void Connection::set_isolation_level(IsolationLevel level) { state()->set_isolation_level(level); }

std::optional<IsolationLevel> Connection::isolation_level() const noexcept {
    return state_ ? state_->isolation_level() : std::nullopt;
}

soci::session& Connection::soci() { return state()->soci(); }

std::string_view Connection::dialect_name() const { return state()->engine()->dialect->name(); }

Info& Connection::info() { return state()->slot().info; }

std::uint64_t Connection::connection_id() const {
    return state()->slot().connection_id.load(std::memory_order_relaxed);
}

void Connection::invalidate(std::exception_ptr error) { state()->invalidate(std::move(error)); }

void Connection::soft_invalidate(std::exception_ptr error) { state()->soft_invalidate(std::move(error)); }

bool Connection::invalidated() const noexcept { return state_ && state_->invalidated(); }

void Connection::detach() { state()->detach(); }

void Connection::close() {
    if (const auto state = state_) state->close();
}

bool Connection::closed() const noexcept { return !state_ || state_->closed(); }

}  // namespace sociable
