#pragma once

#include "dialect/dialect.hpp"
#include "pool/counters.hpp"
#include "pool/hook_guard.hpp"
#include "pool/once_per_pool.hpp"
#include "pool/settings.hpp"
#include "pool/slot.hpp"
#include "pool/stop_signal.hpp"

#include <sociable/events/event_hub.hpp>
#include <sociable/url/url.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <utility>

namespace sociable::pool {

/// The life of a connection, for every kind of pool: open, check, reset, close. The caller owns the slot.
///
/// Thread safety: several threads at once, each with a slot of its own. No lock is held while the database or a
/// listener is called.
class Lifecycle {
public:
    /// How long the server may take for each answer when a connection is given back.
    static constexpr std::chrono::seconds reset_timeout{5};

    Lifecycle(const Settings& settings, const dialect::Dialect& dialect, const Url& url, const EventHub& hub,
              Counters& counters);

    /// Connects a slot that is not connected; tries again up to `retries` times, with growing pauses, when the database
    /// can't be reached or has no place. @throws DatabaseError, or what a listener throws; the slot is unconnected
    void open(Slot& slot, int retries = 0);
    /// Whether a connected slot may be handed out, by the pool's clock; a check lasts until `deadline` at most. What is
    /// too old, of an older generation, or found dead is closed. @throws DatabaseError from a ping that fails otherwise
    bool is_fit(Slot& slot, Clock::time_point now, Clock::time_point deadline);
    /// Asks the server whether the connection works; it is closed when it doesn't. @throws as is_fit()
    bool answers_ping(Slot& slot, std::chrono::nanoseconds timeout);
    /// How long `SELECT 1` takes; the server has the ping's time for it. A connection that is lost by it is closed.
    /// @throws DatabaseError
    std::chrono::nanoseconds round_trip(Slot& slot);
    /// Ends what the borrower left open. A connection that can't be reset is closed; nothing is thrown.
    void reset(Slot& slot) noexcept;
    /// Closes a connected slot.
    void close(Slot& slot, CloseReason reason) noexcept;
    /// Closes a connected slot as dead. `error` is why, or null. @throws what an Invalidate listener throws; it is
    /// closed
    void invalidate(Slot& slot, std::exception_ptr error);

    /// Ends pauses between attempts to connect, now and later.
    void stop() { stop_.stop(); }
    /// From now on no hook is called.
    void end_hooks() noexcept { hooks_.end(); }
    const StopSignal& stop_signal() const noexcept { return stop_; }

    /// True when the connection is to be closed when it comes back.
    bool is_outdated(const Slot& slot) const noexcept;
    /// Makes every connection of `generation` outdated. A second call for the same generation does nothing, so that one
    /// outage, seen by many connections, counts once.
    void outdate(std::uint64_t generation) noexcept;
    std::uint64_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }
    /// Makes every connection outdated.
    void outdate_all() noexcept;
    /// The next connect counts as the pool's first.
    void renew_first_connect() { first_connect_.renew(); }

    /// Calls the listeners of one of the events of a connection. They may do anything to its session. @throws what they
    /// throw
    template <class E, class... Fields>
    void fire(Slot& slot, Fields... fields) {
        if (!hub_.has_listeners<E>()) return;
        const HookGuard::Call call(hooks_);
        if (!call) return;
        slot.session_changed = true;
        E e{event::PoolEvent(settings_.name, slot.connection_id.load(std::memory_order_relaxed), *slot.session,
                             slot.info),
            std::move(fields)...};
        hub_.fire(e);
    }
    std::string last_connect_error() const;

private:
    std::unique_ptr<dialect::Driver> connect(Slot& slot);
    std::unique_ptr<dialect::Driver> connect_patiently(Slot& slot, int retries, Clock::time_point& begun);
    void initialise(Slot& slot);
    void ping(Slot& slot, std::chrono::nanoseconds timeout);
    bool is_well(Slot& slot, std::chrono::nanoseconds timeout);
    Clock::time_point expiry() const;
    void drop(Slot& slot, CloseReason reason) noexcept;
    void remember_connect_error(std::string text);

    const Settings& settings_;
    const dialect::Dialect& dialect_;
    const Url& url_;
    const EventHub& hub_;
    Counters& counters_;
    std::atomic<std::uint64_t> generation_{1};
    std::atomic<std::uint64_t> last_connection_id_{0};
    OncePerPool first_connect_;
    StopSignal stop_;
    HookGuard hooks_;
    mutable std::mutex error_mutex_;
    std::string last_connect_error_;
};

/// False when the user has closed the slot's SOCI session, or opened it anew.
bool is_open(const Slot& slot) noexcept;

}  // namespace sociable::pool
