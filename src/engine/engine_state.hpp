#pragma once

#include "dialect/dialect.hpp"
#include "pool/pool_core.hpp"

#include <sociable/engine/options.hpp>
#include <sociable/events/event_hub.hpp>
#include <sociable/url/url.hpp>

#include <atomic>
#include <memory>
#include <optional>

namespace sociable::detail {

/// What the handles of one engine share.
class EngineState {
public:
    /// `connect_url` is the user's URL with what the options add to it.
    EngineState(Url url, Url connect_url, std::shared_ptr<const dialect::Dialect> dialect, pool::Settings settings,
                EngineOptions options);

    ~EngineState();

    /// The pool of this process: after a fork, the child's first call makes a new one and leaves the parent's alone.
    const std::shared_ptr<pool::PoolCore>& pool();

    const Url url;  ///< the user's
    const Url connect_url;
    const std::shared_ptr<const dialect::Dialect> dialect;
    const pool::Settings settings;
    const EngineOptions options;  ///< with their defaults filled in

private:
    const std::shared_ptr<EventHub> hub_ = std::make_shared<EventHub>(&process_events());  ///< the pool's as well

public:
    EventHub& hub = *hub_;

private:
    void renew_pool();

    std::shared_ptr<pool::PoolCore> pool_;
    std::atomic<unsigned> epoch_;
    std::atomic<unsigned> renewing_;
};

/// The options with their defaults, checked. @throws ArgumentError
pool::Settings pool_settings(const Url& url, const EngineOptions& options, const dialect::Dialect& dialect);

/// Checks the options against the URL and the pool, and fills in the defaults. @throws ArgumentError
std::shared_ptr<EngineState> make_engine_state(const Url& url, const EngineOptions& options);

}  // namespace sociable::detail
