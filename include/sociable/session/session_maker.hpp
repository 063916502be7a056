#pragma once

#include <sociable/errors/source_location.hpp>
#include <sociable/session/session.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace sociable {

/// Makes sessions that are alike: configured once, used everywhere. A value; copies make sessions of the same engine.
///
/// Thread safety: as a constant, every member may be called by several threads at once.
class SessionMaker {
public:
    explicit SessionMaker(Engine engine, SessionOptions options = {})
        : engine_(std::move(engine)), options_(std::move(options)) {}
    SessionMaker(const SessionMaker&) = default;  // moving copies, so that none ever lacks its options
    SessionMaker& operator=(const SessionMaker&) = default;

    /// A new session.
    Session operator()(SourceLocation place = SourceLocation::current()) const {
        return Session(engine_, options_, place);
    }

    /// Runs `f(session)` in one transaction of a new session: commits and closes when it returns; rolls back, closes
    /// and rethrows when it throws. Returns what `f` returns.
    template <std::invocable<Session&> F>
    auto begin(F&& f, const TransactionOptions& options = {}, SourceLocation place = SourceLocation::current()) const {
        Session session(engine_, options_, place);
        return session.begin(std::forward<F>(f), options);
    }

    const Engine& engine() const noexcept { return engine_; }

private:
    Engine engine_;
    SessionOptions options_;
};

}  // namespace sociable
