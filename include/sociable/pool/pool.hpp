#pragma once

#include <sociable/events/event_hub.hpp>
#include <sociable/pool/events.hpp>
#include <sociable/pool/pool_status.hpp>

#include <memory>
#include <utility>

namespace sociable {

namespace pool {
class PoolCore;
}

/// An engine's pool, seen from outside: its figures, its events, and what can be done to all its connections at once.
/// A handle: copies are the same pool.
///
/// Thread safety: every member may be called by several threads at once.
class Pool {
public:
    explicit Pool(std::shared_ptr<pool::PoolCore> core) noexcept : core_(std::move(core)) {}

    PoolStatus status() const;

    /// Listens to this pool. Its listeners run after the process's and the engine's.
    template <class E, class F>
    Subscription listen(F&& listener, ListenOptions options = {}) {
        static_assert(E::id <= event::Id::close_detached,
                      "sociable: a pool has no such event; listen to the engine instead");
        return hub().listen<E>(std::forward<F>(listener), options);
    }

    /// Replaces every connection when it is next checked out. Those in use stay usable.
    void invalidate();

private:
    EventHub& hub() const;

    std::shared_ptr<pool::PoolCore> core_;
};

}  // namespace sociable
