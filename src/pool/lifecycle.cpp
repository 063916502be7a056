#include "pool/lifecycle.hpp"

#include "log/log.hpp"
#include "pool/backoff.hpp"

#include <soci/soci.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace sociable::pool {

namespace {

constexpr std::chrono::seconds longest_backoff{1};
constexpr auto relaxed = std::memory_order_relaxed;

/// Empty when there is no memory for it: it is called where nothing may be thrown.
std::string text_of(std::exception_ptr error) noexcept try {
    try {
        std::rethrow_exception(std::move(error));
    } catch (const DatabaseError& e) {
        return e.message();
    } catch (const soci::soci_error&) {
        return "SOCI reported an error";  // its text can hold values
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "an exception of unknown type";
    }
} catch (...) {
    return {};
}

}  // namespace

Lifecycle::Lifecycle(const Settings& settings, const dialect::Dialect& dialect, const Url& url, const EventHub& hub,
                     Counters& counters)
    : settings_(settings), dialect_(dialect), url_(url), hub_(hub), counters_(counters) {}

void Lifecycle::open(Slot& slot, int retries) {
    // Read before connecting: an outage found meanwhile makes this connection suspect as well.
    const std::uint64_t generation = generation_.load(std::memory_order_acquire);
    Clock::time_point begun;
    try {
        slot.driver = connect_patiently(slot, retries, begun);
    } catch (...) {
        Counters::add(counters_.connect_errors);
        remember_connect_error(text_of(std::current_exception()));
        throw;
    }
    Counters::add(counters_.opened);
    try {
        slot.connection_id.store(last_connection_id_.fetch_add(1, relaxed) + 1, relaxed);
        slot.used_before.store(slot.checkouts.load(relaxed), relaxed);
        slot.opened_at.store(settings_.now(), relaxed);
        slot.expires_at.store(expiry(), relaxed);
        slot.idle_since.store(settings_.now(), relaxed);
        slot.well_at.store(settings_.now(), relaxed);
        slot.backend = slot.session->get_backend();
        slot.just_connected = true;
        slot.soft_invalidated.store(false, relaxed);
        slot.info.clear();
        slot.generation.store(generation, std::memory_order_release);  // from here on upkeep reads the times above
        initialise(slot);
    } catch (...) {
        drop(slot, CloseReason::failed_start);
        throw;
    }
    counters_.connect.add(Clock::now() - begun);
    remember_connect_error({});
    log::pool().debug("{}: connection {} opened", settings_.name, slot.connection_id.load(relaxed));
}

std::unique_ptr<dialect::Driver> Lifecycle::connect(Slot& slot) {
    event::DoConnect e{settings_.name, url_};
    if (hub_.has_listeners<event::DoConnect>())
        if (const HookGuard::Call call(hooks_); call) hub_.fire(e);
    std::unique_ptr<dialect::Driver> driver;
    if (settings_.creator) {
        const HookGuard::Call call(hooks_);
        if (!call) throw ResourceClosedError("pool '" + settings_.name + "': its engine is gone");
        try {
            settings_.creator(*slot.session);
            driver = dialect_.attach(*slot.session);
        } catch (...) {
            slot.session->close();  // the creator may have opened it
            throw;
        }
    } else {
        using Use = dialect::Dialect::Use;
        driver =
            dialect_.connect(*slot.session, e.url, settings_.pool_class == PoolClass::null ? Use::once : Use::again);
    }
    if (settings_.statement_cache_size == 0) driver->keep_no_statements();
    if (settings_.require_primary && driver->is_replica()) {
        driver.reset();
        slot.session->close();
        raise({.kind = ErrorKind::operational,
               .message = "the server is a standby, and pool_require_primary is set",
               .sqlstate = "25006",
               .is_retryable = true});
    }
    return driver;
}

/// The counted errors are the attempts, so that a retry that helps is still seen.
std::unique_ptr<dialect::Driver> Lifecycle::connect_patiently(Slot& slot, int retries, Clock::time_point& begun) {
    Backoff backoff(settings_.connect_backoff, longest_backoff);
    for (;; --retries) {
        begun = Clock::now();
        try {
            return connect(slot);
        } catch (const DatabaseError& e) {
            if (retries == 0 || !(e.is_disconnect() || e.is_retryable())) throw;
            Counters::add(counters_.connect_errors);
            remember_connect_error(e.what());
            log::pool().info("{}: a connect failed and is tried again: {}", settings_.name, e.message());
            if (!stop_.sleep(backoff.next())) throw;
        }
    }
}

/// Up to a fifth of the lifetime is taken off at random, so that connections opened together don't end together.
Clock::time_point Lifecycle::expiry() const {
    if (!settings_.recycle) return Clock::time_point::max();
    const std::chrono::duration<double, std::nano> lifetime = *settings_.recycle;
    return settings_.now() + std::chrono::duration_cast<Clock::duration>(lifetime * (1 - random_share() / 5));
}

void Lifecycle::initialise(Slot& slot) {
    for (const std::string& sql : settings_.init_sql) slot.driver->run(sql);
    first_connect_.run([&] { fire<event::FirstConnect>(slot); });
    fire<event::Connect>(slot);
    slot.session_changed = false;  // what was set so far, all borrowers share
}

bool Lifecycle::is_fit(Slot& slot, Clock::time_point now, Clock::time_point deadline) {
    const bool expired = now > slot.expires_at.load(relaxed);
    if (expired || is_outdated(slot)) {
        Counters::add(counters_.recycled);
        close(slot, expired ? CloseReason::expired : CloseReason::outdated);
        return false;
    }
    if (!settings_.pre_ping || slot.just_connected) return true;
    const bool idle_long = now - slot.well_at.load(relaxed) >= settings_.ping_after_idle;
    const auto left = idle_long ? std::min<std::chrono::nanoseconds>(settings_.ping_timeout, deadline - Clock::now())
                                : std::chrono::nanoseconds::zero();
    return is_well(slot, left);
}

bool Lifecycle::answers_ping(Slot& slot, std::chrono::nanoseconds timeout) { return is_well(slot, timeout); }

/// What the socket and the client library know; and with a timeout above zero, a round trip.
bool Lifecycle::is_well(Slot& slot, std::chrono::nanoseconds timeout) {
    try {
        slot.looks.store(slot.looks.load(relaxed) + 1, relaxed);
        if (slot.driver->looks_alive() && !(settings_.require_primary && slot.driver->is_replica())) {
            if (timeout > std::chrono::nanoseconds::zero()) ping(slot, timeout);
            return true;
        }
        Counters::add(counters_.dead_sockets);
        outdate(slot.generation.load(relaxed));
        invalidate(slot, nullptr);
    } catch (const DatabaseError& e) {
        if (!e.is_disconnect()) throw;
        outdate(slot.generation.load(relaxed));
        invalidate(slot, std::current_exception());
    }
    return false;
}

std::chrono::nanoseconds Lifecycle::round_trip(Slot& slot) {
    try {
        slot.driver->limit_answers(settings_.ping_timeout);
        const auto asked = Clock::now();
        slot.driver->run("SELECT 1");
        const auto took = Clock::now() - asked;
        slot.driver->limit_answers(std::nullopt);
        return took;
    } catch (const DatabaseError& e) {
        if (e.is_disconnect()) {
            outdate(slot.generation.load(relaxed));
            invalidate(slot, std::current_exception());
        } else {
            slot.driver->limit_answers(std::nullopt);
        }
        throw;
    }
}

void Lifecycle::ping(Slot& slot, std::chrono::nanoseconds timeout) {
    const auto asked = Clock::now();
    slot.took_time = true;
    Counters::add(counters_.pings);
    try {
        slot.driver->ping(std::chrono::ceil<std::chrono::milliseconds>(timeout));
    } catch (...) {
        Counters::add(counters_.failed_pings);
        throw;
    }
    counters_.ping.add(Clock::now() - asked);
    slot.well_at.store(settings_.now(), relaxed);
}

void Lifecycle::reset(Slot& slot) noexcept {
    if (!slot.connected()) return;
    try {
        fire<event::Reset>(slot);
        using dialect::TransactionState;
        const TransactionState state = slot.driver->transaction_state();
        if (state == TransactionState::lost) {
            log::pool().info("{}: connection {} is lost", settings_.name, slot.connection_id.load(relaxed));
            return close(slot, CloseReason::invalidated);
        }
        const bool resets = settings_.reset_session && slot.session_changed;
        const bool locked = std::exchange(slot.tables_locked, false) && slot.driver->keeps_table_locks();
        if (state == TransactionState::idle && !resets && !locked)
            return slot.driver->limit_answers(std::nullopt);  // which closing has set
        const auto begun = Clock::now();
        slot.driver->limit_answers(reset_timeout);
        if (state != TransactionState::idle && settings_.reset_on_return != ResetOnReturn::none) {
            Counters::add(counters_.rollbacks);
            if (settings_.reset_on_return == ResetOnReturn::commit)
                slot.driver->commit();
            else
                slot.driver->rollback();
        }
        if (locked) slot.driver->release_table_locks();
        if (resets) {
            Counters::add(counters_.session_resets);
            slot.statements.clear();
            slot.driver->reset_session();
            for (const std::string& sql : settings_.init_sql) slot.driver->run(sql);
            slot.session_changed = false;
        }
        slot.driver->limit_answers(std::nullopt);
        counters_.reset.add(Clock::now() - begun);
    } catch (...) {
        log::pool().warn("{}: connection {} could not be reset and is closed: {}", settings_.name,
                         slot.connection_id.load(relaxed), text_of(std::current_exception()));
        close(slot, CloseReason::failed_reset);
    }
}

void Lifecycle::invalidate(Slot& slot, std::exception_ptr error) {
    log::pool().info("{}: connection {} is invalidated{}", settings_.name, slot.connection_id.load(relaxed),
                     error ? ": " + text_of(error) : std::string());
    try {
        fire<event::Invalidate>(slot, std::move(error));
    } catch (...) {
        close(slot, CloseReason::invalidated);
        throw;
    }
    close(slot, CloseReason::invalidated);
}

void Lifecycle::close(Slot& slot, CloseReason reason) noexcept {
    try {
        if (slot.detached)
            fire<event::CloseDetached>(slot);
        else
            fire<event::Close>(slot);
    } catch (...) {
        log::pool().warn("{}: a close listener threw: {}", settings_.name, text_of(std::current_exception()));
    }
    drop(slot, reason);
    log::pool().debug("{}: connection {} closed: {}", settings_.name, slot.connection_id.load(relaxed),
                      to_string(reason));
}

void Lifecycle::drop(Slot& slot, CloseReason reason) noexcept {
    slot.statements.clear();
    slot.driver.reset();
    slot.info.clear();
    slot.generation.store(0, relaxed);
    try {
        slot.session->close();
    } catch (...) {
        log::pool().warn("{}: connection {} could not be closed properly", settings_.name,
                         slot.connection_id.load(relaxed));
    }
    Counters::add(counters_.closed_by(reason));
}

bool Lifecycle::is_outdated(const Slot& slot) const noexcept {
    return slot.soft_invalidated.load(relaxed) ||
           slot.generation.load(relaxed) != generation_.load(std::memory_order_acquire);
}

void Lifecycle::outdate(std::uint64_t generation) noexcept {
    generation_.compare_exchange_strong(generation, generation + 1, std::memory_order_acq_rel);
}

void Lifecycle::outdate_all() noexcept { generation_.fetch_add(1, std::memory_order_acq_rel); }

bool is_open(const Slot& slot) noexcept { return slot.session->get_backend() == slot.backend; }

void Lifecycle::remember_connect_error(std::string text) {
    const std::lock_guard lock(error_mutex_);
    last_connect_error_ = std::move(text);
}

std::string Lifecycle::last_connect_error() const {
    const std::lock_guard lock(error_mutex_);
    return last_connect_error_;
}

}  // namespace sociable::pool
