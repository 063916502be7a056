#include "pool/opener.hpp"

#include "log/log.hpp"
#include "pool/background.hpp"
#include "pool/backoff.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace sociable::pool {

namespace {

using namespace std::chrono_literals;

constexpr auto first_probe = 50ms, longest_probe = 500ms;

/// The database is well, but has no place for one more.
bool has_no_place(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const DatabaseError& e) {
        return !e.is_disconnect() && e.is_retryable();
    } catch (...) {
        return false;
    }
}

}  // namespace

bool Opener::begin() noexcept {
    if (breaker_.is_open() || parts_.lifecycle.stop_signal().stopped()) return false;
    // What the minimum lacks, of what the pool would keep.
    const Figures now = gate_.figures();
    const int missing = std::min(parts_.settings.min_idle - now.idle, gate_.kept_at_most() - now.open + now.opening);
    return gate_.begin_opening(parts_.settings.connecting_limit, missing);
}

void Opener::demand() {
    // No more at a time than there may be: what fails at once would be begun again and again.
    for (int begun = 0; begun < parts_.settings.connecting_limit && begin(); ++begun) {
        try {
            auto alive = parts_.keep_alive();
            if (!alive) return gate_.give_up_opening();  // the pool is being destroyed, and nobody waits
            run_in_background("sociable-open", [this, alive = std::move(alive)] { work(); });
        } catch (...) {
            gate_.give_up_opening();
            if (gate_.figures().open == 0) throw;
            return;  // the waiters have those in use to wait for, and ask again
        }
    }
}

void Opener::demand_quietly() noexcept {
    try {
        demand();
    } catch (const std::exception& e) {
        log::pool().error("{}: no connection can be opened in the background: {}", parts_.settings.name, e.what());
    }
}

/// Each round has a permit and a place among those opening.
void Opener::work() {
    do {
        if (open_one()) continue;
        if (breaker_.is_open()) return probe();
        // The minimum alone is tried again by upkeep: a wrong password is not to be sent without a pause.
        if (gate_.waiters() == 0) return;
    } while (begin());
}

bool Opener::open_one() {
    Slot* slot = nullptr;
    std::exception_ptr error;
    try {
        slot = &parts_.storage.take();
        parts_.lifecycle.open(*slot, parts_.settings.connect_retries);
    } catch (...) {
        error = std::current_exception();
    }
    if (!error) {
        opened(*slot);
        return true;
    }
    if (slot) parts_.storage.put(*slot);
    // While others are in use, the waiters have those to wait for, and a place may come free elsewhere.
    const bool worth_waiting = has_no_place(error) && gate_.figures().open > gate_.figures().opening;
    if (worth_waiting) parts_.lifecycle.stop_signal().sleep(longest_probe);
    gate_.give_up_opening();  // before anybody is told, so that the figures are right by then
    if (!worth_waiting) failed(std::move(error));
    return false;
}

void Opener::opened(Slot& slot) noexcept {
    breaker_.succeeded();
    if (!parts_.lifecycle.is_outdated(slot) && gate_.keep_opened(slot)) return;
    parts_.lifecycle.close(slot, parts_.lifecycle.is_outdated(slot) ? CloseReason::outdated : CloseReason::not_kept);
    parts_.storage.put(slot);
    gate_.give_up_opening();
}

/// The waiter becomes the error's only owner.
void Opener::failed(std::exception_ptr error) noexcept {
    if (is_outage(error))
        gate_.fail_all();
    else
        gate_.fail_oldest(std::move(error));
}

/// Whether this error has opened the breaker.
bool Opener::is_outage(const std::exception_ptr& error) noexcept try {
    try {
        std::rethrow_exception(error);
    } catch (const DatabaseError& e) {
        if ((!e.is_disconnect() && !breaker_.is_open()) || !breaker_.failed(e.info())) return false;
        log::pool().error("{}: the database can't be reached: {}", parts_.settings.name, e.message());
        return true;
    }
} catch (...) {
    return false;  // a listener's error, or no memory to remember this one: the waiter is told
}

/// Until the database is back, on one thread: another may see the breaker open and come here, too.
void Opener::probe() {
    do {
        if (probing_.exchange(true)) return;
        probe_alone();
        probing_.store(false);
        // An outage that began meanwhile was left to this thread.
    } while (breaker_.is_open() && !parts_.lifecycle.stop_signal().stopped());
}

void Opener::probe_alone() {
    Backoff backoff(first_probe, longest_probe);
    const auto down_since = Clock::now();
    while (breaker_.is_open() && parts_.lifecycle.stop_signal().sleep(backoff.next())) {
        if (!gate_.begin_opening(parts_.settings.connecting_limit, 1)) continue;
        Slot* slot = nullptr;
        std::exception_ptr error;
        try {
            slot = &parts_.storage.take();
            parts_.lifecycle.open(*slot);
        } catch (...) {
            error = std::current_exception();
        }
        if (!error) {
            opened(*slot);
            continue;
        }
        if (slot) parts_.storage.put(*slot);
        gate_.give_up_opening();
        is_outage(error);  // callers hear of the newest
    }
    if (breaker_.is_open()) return;
    const std::chrono::duration<double> down = Clock::now() - down_since;
    log::pool().info("{}: the database is back after {:.1f} s", parts_.settings.name, down.count());
    demand_quietly();
}

}  // namespace sociable::pool
