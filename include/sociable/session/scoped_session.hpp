#pragma once

#include <sociable/session/session_maker.hpp>

#include <functional>
#include <memory>
#include <string>

namespace sociable {

namespace detail {
class SessionRegistry;
}

/// The current session: one per thread, or one per key that a function of yours tells (a request, a job). It is made at
/// its first use and kept until remove(). A thread that ends closes its session; a key's session stays until remove()
/// or the end of this object.
///
/// Thread safety: every member may be called by several threads at once; the session that they get is one thread's.
class ScopedSession {
public:
    using Scope = std::function<std::string()>;

    /// One session per thread.
    explicit ScopedSession(SessionMaker maker);
    /// One session per key.
    ScopedSession(SessionMaker maker, Scope scope);
    ScopedSession(const ScopedSession&) = default;  // moving copies, so that no handle is ever empty
    ScopedSession& operator=(const ScopedSession&) = default;

    Session& operator*() const;
    Session* operator->() const { return &**this; }

    /// Whether there is one in the current scope.
    bool has_session() const;
    /// Closes the current scope's session; the next use makes another. Harmless without one.
    /// @throws what Session::close() throws, after the session is gone
    void remove();

private:
    std::shared_ptr<detail::SessionRegistry> registry_;
};

}  // namespace sociable
