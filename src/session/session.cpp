#include <sociable/session/session.hpp>

#include "log/log.hpp"
#include "session/session_state.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace sociable {

namespace {

void log_failure(const char* what) noexcept {
    try {
        throw;
    } catch (const std::exception& e) {
        log::engine().warn("{}: {}", what, e.what());
    } catch (...) {
        log::engine().warn("{}", what);
    }
}

}  // namespace

Session::Session(Engine engine, SessionOptions options, SourceLocation place)
    : state_(std::make_shared<detail::SessionState>(std::move(engine), std::move(options), place)) {}

Session::Session(Connection& connection, SessionOptions options)
    : state_(std::make_shared<detail::SessionState>(connection, std::move(options))) {}

Session::Session(Session&&) noexcept = default;

Session& Session::operator=(Session&& other) noexcept {
    if (this != &other) {
        Session ended(std::move(*this));
        state_ = std::move(other.state_);
    }
    return *this;
}

Session::~Session() {
    if (!state_) return;
    try {
        state_->close();
    } catch (...) {
        log_failure("the rollback at the end of a session failed");
    }
}

const std::shared_ptr<detail::SessionState>& Session::state() const {
    if (!state_) throw ResourceClosedError("this session has been moved from");
    return state_;
}

Result Session::execute(std::string_view sql, std::initializer_list<Parameter> parameters) {
    return on_connection([&](Connection& c) { return c.execute(sql, parameters); });
}

Result Session::execute(std::string_view sql, Parameters parameters) {
    return on_connection([&](Connection& c) { return c.execute(sql, parameters); });
}

Result Session::stream(std::string_view sql, std::initializer_list<Parameter> parameters,
                       const StreamOptions& options) {
    return on_connection([&](Connection& c) { return c.stream(sql, parameters, options); });
}

Result Session::stream(std::string_view sql, Parameters parameters, const StreamOptions& options) {
    return on_connection([&](Connection& c) { return c.stream(sql, parameters, options); });
}

std::int64_t Session::execute_many(std::string_view sql, std::initializer_list<std::initializer_list<Parameter>> rows) {
    return on_connection([&](Connection& c) { return c.execute_many(sql, rows); });
}

Result Session::execute_many_returning(std::string_view sql,
                                       std::initializer_list<std::initializer_list<Parameter>> rows) {
    return on_connection([&](Connection& c) { return c.execute_many_returning(sql, rows); });
}

Result Session::insert_many_returning(std::string_view table,
                                      std::initializer_list<std::initializer_list<Parameter>> rows,
                                      const std::vector<std::string>& returning, const InsertOptions& options) {
    return on_connection([&](Connection& c) { return c.insert_many_returning(table, rows, returning, options); });
}

std::int64_t Session::insert_many(std::string_view table, std::initializer_list<std::initializer_list<Parameter>> rows,
                                  const InsertOptions& options) {
    return on_connection([&](Connection& c) { return c.insert_many(table, rows, options); });
}

void Session::begin(const TransactionOptions& options) {
    const detail::SessionUse use(state());
    state_->begin(options);
}

Transaction Session::begin_nested() {
    return on_connection([](Connection& c) { return c.begin_nested(); });
}

void Session::commit() {
    const detail::SessionUse use(state());
    state_->commit();
}

void Session::rollback() {
    const detail::SessionUse use(state());
    state_->rollback();
}

bool Session::in_transaction() const noexcept { return state_ && state_->in_transaction(); }

Connection& Session::connection() {
    detail::SessionUse use(state());
    return use.connection();
}

soci::session& Session::soci() {
    soci::session* session = nullptr;
    on_connection([&](Connection& c) { session = &c.soci(); });
    return *session;
}

void Session::invalidate() {
    const detail::SessionUse use(state());
    state_->invalidate();
}

void Session::close() {
    if (!state_) return;
    const detail::SessionUse use(state_);
    state_->close();
}

bool Session::closed() const noexcept { return !state_ || state_->closed(); }

Session::Scope::Scope(const Session& session) noexcept : state_(session.state_), transaction_(state_->transaction()) {}

Session::Scope::~Scope() {
    if (state_->closed() || !state_->in_transaction()) return;
    try {
        const detail::SessionUse use(state_);
        state_->rollback();
    } catch (...) {  // an error that is on its way to the user must not be hidden by this one
        log_failure("the rollback at the end of a session's scope failed");
    }
}

void Session::Scope::commit() {
    if (state_->closed())
        throw ResourceClosedError(
            "the session was closed inside the scope of its transaction, which committed nothing");
    if (!state_->in_transaction()) return;
    if (state_->transaction() != transaction_)
        throw InvalidRequestError(
            "the transaction of this scope was ended inside it, and what ran afterwards belongs to none; it is rolled "
            "back");
    const detail::SessionUse use(state_);
    state_->commit();
}

}  // namespace sociable
