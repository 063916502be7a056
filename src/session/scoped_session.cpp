#include <sociable/session/scoped_session.hpp>

#include "pool/thread_exit.hpp"

#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace sociable {

namespace detail {

/// Sessions by scope. No lock is held while one is closed.
class SessionRegistry : public std::enable_shared_from_this<SessionRegistry> {
public:
    SessionRegistry(SessionMaker maker, ScopedSession::Scope scope)
        : maker_(std::move(maker)), scope_(std::move(scope)) {}

    Session& current() {
        if (scope_) return current_in(by_key_, scope_());
        if (!has_thread_session())
            pool::at_thread_exit(this, [weak = weak_from_this()] {
                if (const auto self = weak.lock()) self->take(self->by_thread_, std::this_thread::get_id());
            });
        return current_in(by_thread_, std::this_thread::get_id());
    }

    bool has_session() const { return scope_ ? has(by_key_, scope_()) : has_thread_session(); }

    std::unique_ptr<Session> take() {
        return scope_ ? take(by_key_, scope_()) : take(by_thread_, std::this_thread::get_id());
    }

private:
    template <class Key>
    using Sessions = std::unordered_map<Key, std::unique_ptr<Session>>;

    bool has_thread_session() const { return has(by_thread_, std::this_thread::get_id()); }

    template <class Key>
    bool has(const Sessions<Key>& sessions, const Key& key) const {
        const std::lock_guard lock(mutex_);
        return sessions.count(key) != 0;
    }

    template <class Key>
    Session& current_in(Sessions<Key>& sessions, const Key& key) {
        const std::lock_guard lock(mutex_);
        auto& session = sessions[key];
        if (!session) session = std::make_unique<Session>(maker_());
        return *session;
    }

    template <class Key>
    std::unique_ptr<Session> take(Sessions<Key>& sessions, const Key& key) {
        const std::lock_guard lock(mutex_);
        const auto node = sessions.extract(key);
        return node ? std::move(node.mapped()) : nullptr;
    }

    const SessionMaker maker_;
    const ScopedSession::Scope scope_;
    mutable std::mutex mutex_;
    Sessions<std::string> by_key_;
    Sessions<std::thread::id> by_thread_;
};

}  // namespace detail

ScopedSession::ScopedSession(SessionMaker maker) : ScopedSession(std::move(maker), nullptr) {}

ScopedSession::ScopedSession(SessionMaker maker, Scope scope)
    : registry_(std::make_shared<detail::SessionRegistry>(std::move(maker), std::move(scope))) {}

Session& ScopedSession::operator*() const { return registry_->current(); }

bool ScopedSession::has_session() const { return registry_->has_session(); }

void ScopedSession::remove() {
    if (const auto session = registry_->take()) session->close();
}

}  // namespace sociable
