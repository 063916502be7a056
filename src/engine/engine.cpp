#include <sociable/engine/engine.hpp>

#include "engine/connection_state.hpp"
#include "engine/engine_state.hpp"

#include <ostream>
#include <utility>

namespace sociable {

Engine::Engine(std::shared_ptr<detail::EngineState> state, ConnectOptions options) noexcept
    : state_(std::move(state)), options_(std::move(options)) {}

Connection Engine::connect(const ConnectOptions& options, SourceLocation place) {
    ConnectOptions merged = options_;
    if (options.isolation_level) merged.isolation_level = options.isolation_level;
    merged.read_only = merged.read_only || options.read_only;
    if (options.longest_wait) merged.longest_wait = options.longest_wait;
    for (const auto& [name, value] : options.settings) merged.settings.insert_or_assign(name, value);
    return Connection(std::make_shared<detail::ConnectionState>(state_, merged, place));
}

Connection Engine::connect(SourceLocation place) {
    return Connection(std::make_shared<detail::ConnectionState>(state_, options_, place));
}

Engine Engine::with(ConnectOptions options) const {
    if (options.isolation_level) state_->dialect->check(*options.isolation_level);
    return Engine(state_, std::move(options));
}

const Url& Engine::url() const noexcept { return state_->url; }

const std::string& Engine::name() const noexcept { return state_->settings.name; }

const EngineOptions& Engine::options() const noexcept { return state_->options; }

std::string_view Engine::dialect_name() const noexcept { return state_->dialect->name(); }

std::string Engine::quote_identifier(std::string_view name) const { return state_->dialect->quote_identifier(name); }

Pool Engine::pool() const { return Pool(state_->pool()); }

EventHub& Engine::hub() const noexcept { return state_->hub; }

void Engine::dispose() {
    state_->pool()->dispose();
    event::EngineDisposed e{name()};
    if (hub().has_listeners<event::EngineDisposed>()) hub().fire(e);
}

bool Engine::dispose(std::chrono::milliseconds drain_timeout) {
    const bool drained = state_->pool()->dispose(drain_timeout);
    event::EngineDisposed e{name()};
    if (hub().has_listeners<event::EngineDisposed>()) hub().fire(e);
    return drained;
}

Engine create_engine(const Url& url, const EngineOptions& options) {
    auto state = detail::make_engine_state(url, options);
    if (const int count = options.connect_now ? std::max(1, options.warm_up.value_or(0)) : options.warm_up.value_or(0))
        state->pool()->warm_up(count);
    return Engine(std::move(state));
}

Engine create_engine(std::string_view url, const EngineOptions& options) { return create_engine(Url(url), options); }

std::ostream& operator<<(std::ostream& out, const Engine& engine) { return out << engine.url(); }

}  // namespace sociable
