#include "pool/lifecycle.hpp"

#include "log/log.hpp"

#include <soci/soci.h>
#include <spdlog/spdlog.h>

#include <utility>

namespace sociable::pool {

namespace {

std::string text_of(std::exception_ptr error) {
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
}

}  // namespace

Lifecycle::Lifecycle(const Settings& settings, const dialect::Dialect& dialect, const Url& url, const EventHub& hub,
                     Counters& counters)
    : settings_(settings), dialect_(dialect), url_(url), hub_(hub), counters_(counters) {}

void Lifecycle::open(Slot& slot) {
    // Read before connecting: an outage found meanwhile makes this connection suspect as well.
    const std::uint64_t generation = generation_.load(std::memory_order_acquire);
    try {
        slot.driver = connect(slot);
    } catch (...) {
        Counters::add(counters_.connect_errors);
        remember_connect_error(text_of(std::current_exception()));
        throw;
    }
    Counters::add(counters_.opened);
    slot.connection_id = last_connection_id_.fetch_add(1, std::memory_order_relaxed) + 1;
    slot.generation = generation;
    slot.connected_at = settings_.clock();
    slot.just_connected = true;
    slot.soft_invalidated = false;
    slot.info.clear();
    try {
        initialise(slot);
    } catch (...) {
        drop(slot);
        throw;
    }
    remember_connect_error({});
    log::pool().debug("{}: connection {} opened", settings_.name, slot.connection_id);
}

std::unique_ptr<dialect::Driver> Lifecycle::connect(Slot& slot) {
    event::DoConnect e{settings_.name, url_};
    if (hub_.has_listeners<event::DoConnect>()) hub_.fire(e);
    if (!settings_.creator) return dialect_.connect(*slot.session, e.url);
    settings_.creator(*slot.session);
    return dialect_.attach(*slot.session);
}

void Lifecycle::initialise(Slot& slot) {
    for (const std::string& sql : settings_.init_sql) slot.driver->run(sql);
    first_connect_.run([&] { fire<event::FirstConnect>(slot); });
    fire<event::Connect>(slot);
}

void Lifecycle::make_ready(Slot& slot) {
    if (slot.connected()) {
        const bool too_old = settings_.recycle && settings_.clock() - slot.connected_at > *settings_.recycle;
        if (too_old || is_outdated(slot)) {
            Counters::add(counters_.recycled);
            close(slot);
        } else if (settings_.pre_ping && !slot.just_connected && !answers_ping(slot)) {
            outdate(slot.generation);
        }
    }
    if (!slot.connected()) open(slot);
    slot.just_connected = false;
}

bool Lifecycle::answers_ping(Slot& slot) {
    try {
        if (slot.driver->looks_alive()) {
            slot.driver->ping();
            return true;
        }
    } catch (const DatabaseError& e) {
        if (!e.is_disconnect()) throw;
        invalidate(slot, std::current_exception());
        return false;
    }
    invalidate(slot, nullptr);
    return false;
}

void Lifecycle::reset(Slot& slot) noexcept {
    if (!slot.connected()) return;
    try {
        fire<event::Reset>(slot);
        using dialect::TransactionState;
        const TransactionState state = slot.driver->transaction_state();
        if (state == TransactionState::lost) {
            log::pool().info("{}: connection {} is lost", settings_.name, slot.connection_id);
            return close(slot);
        }
        if (state != TransactionState::idle && settings_.reset_on_return != ResetOnReturn::none) {
            Counters::add(counters_.rollbacks);
            if (settings_.reset_on_return == ResetOnReturn::commit)
                slot.driver->commit();
            else
                slot.driver->rollback();
        }
        if (settings_.reset_session) {
            slot.statements.clear();
            slot.driver->reset_session();
            for (const std::string& sql : settings_.init_sql) slot.driver->run(sql);
        }
    } catch (...) {
        log::pool().warn("{}: connection {} could not be reset and is closed: {}", settings_.name, slot.connection_id,
                         text_of(std::current_exception()));
        close(slot);
    }
}

void Lifecycle::invalidate(Slot& slot, std::exception_ptr error) {
    Counters::add(counters_.invalidated);
    log::pool().info("{}: connection {} is invalidated{}", settings_.name, slot.connection_id,
                     error ? ": " + text_of(error) : std::string());
    try {
        fire<event::Invalidate>(slot, std::move(error));
    } catch (...) {
        close(slot);
        throw;
    }
    close(slot);
}

void Lifecycle::close(Slot& slot) noexcept {
    try {
        if (slot.detached)
            fire<event::CloseDetached>(slot);
        else
            fire<event::Close>(slot);
    } catch (...) {
        log::pool().warn("{}: a close listener threw: {}", settings_.name, text_of(std::current_exception()));
    }
    drop(slot);
    log::pool().debug("{}: connection {} closed", settings_.name, slot.connection_id);
}

void Lifecycle::drop(Slot& slot) noexcept {
    slot.statements.clear();
    slot.driver.reset();
    slot.info.clear();
    try {
        slot.session->close();
    } catch (...) {
        log::pool().warn("{}: connection {} could not be closed properly", settings_.name, slot.connection_id);
    }
    Counters::add(counters_.closed);
}

bool Lifecycle::is_outdated(const Slot& slot) const noexcept {
    return slot.soft_invalidated || slot.generation != generation_.load(std::memory_order_acquire);
}

void Lifecycle::outdate(std::uint64_t generation) noexcept {
    generation_.compare_exchange_strong(generation, generation + 1, std::memory_order_acq_rel);
}

void Lifecycle::outdate_all() noexcept { generation_.fetch_add(1, std::memory_order_acq_rel); }

void Lifecycle::remember_connect_error(std::string text) {
    const std::lock_guard lock(error_mutex_);
    last_connect_error_ = std::move(text);
}

std::string Lifecycle::last_connect_error() const {
    const std::lock_guard lock(error_mutex_);
    return last_connect_error_;
}

}  // namespace sociable::pool
