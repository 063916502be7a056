#include "engine/engine_state.hpp"

#include "log/log.hpp"
#include "pool/fork_epoch.hpp"

#include <thread>
#include <utility>

namespace sociable::detail {

EngineState::EngineState(Url u, Url c, std::shared_ptr<const dialect::Dialect> d, pool::Settings s, EngineOptions o)
    : url(std::move(u)),
      connect_url(std::move(c)),
      dialect(std::move(d)),
      settings(std::move(s)),
      options(std::move(o)),
      pool_(std::make_shared<pool::PoolCore>(settings, dialect, connect_url, hub_)),
      epoch_(pool::fork_epoch()),
      renewing_(epoch_.load()) {
    // Made now, so that whoever has an engine finds them by name.
    log::engine();
    log::pool();
    pool_->start();
}

EngineState::~EngineState() { pool_->retire(); }

const std::shared_ptr<pool::PoolCore>& EngineState::pool() {
    if (epoch_.load(std::memory_order_acquire) != pool::fork_epoch()) renew_pool();
    return pool_;
}

void EngineState::renew_pool() {
    const unsigned now = pool::fork_epoch();
    unsigned before = epoch_.load(std::memory_order_acquire);
    if (before == now) return;
    // A mutex could have been held by a thread that the child hasn't got; this ticket can't, since it counts epochs.
    if (renewing_.compare_exchange_strong(before, now)) {
        try {
            auto pool = std::make_shared<pool::PoolCore>(settings, dialect, connect_url, hub_);
            pool->start();
            pool_ = std::move(pool);
        } catch (...) {
            renewing_.store(before);  // the next call tries again
            throw;
        }
        epoch_.store(now, std::memory_order_release);
    } else {
        while (epoch_.load(std::memory_order_acquire) != now && renewing_.load() == now) std::this_thread::yield();
        if (epoch_.load(std::memory_order_acquire) != now) renew_pool();
    }
}

}  // namespace sociable::detail
