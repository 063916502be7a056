#include "pool/maintenance.hpp"

#include "log/log.hpp"
#include "pool/background.hpp"

#include <sociable/errors/holder.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <vector>

namespace sociable::pool {

namespace {

using std::chrono::milliseconds;

constexpr auto relaxed = std::memory_order_relaxed;

}  // namespace

std::optional<milliseconds> Maintenance::period() const {
    const Settings& s = parts_.settings;
    std::optional<milliseconds> shortest;
    const auto consider = [&](std::optional<milliseconds> interval) {
        if (interval) shortest = std::min(shortest.value_or(*interval), *interval);
    };
    consider(s.max_idle_time);
    consider(s.health_check_interval);
    consider(s.leak_threshold);
    if (s.recycle) consider(*s.recycle / 5);
    if (s.min_idle > 0) consider(std::chrono::seconds(4));
    if (!shortest) return std::nullopt;
    return std::clamp(*shortest / 4, milliseconds(5), milliseconds(1000));
}

void Maintenance::pass() noexcept {
    try {
        report_leaks();
        if (strategy_.waiters() == 0 && !strategy_.is_suspended()) {
            close_idle_for_long();
            check_unheard_of();
            if (any_idle([this](const Slot& slot) { return is_due_for_renewal(slot); }))
                if (auto alive = parts_.keep_alive())  // connecting would hold up the upkeep of other pools
                    run_in_background("sociable-open", [this, alive = std::move(alive)] { renew_idle(); });
        }
    } catch (const std::exception& e) {
        log::pool().error("{}: upkeep was cut short: {}", parts_.settings.name, e.what());
    } catch (...) {
        log::pool().error("{}: upkeep was cut short by a listener", parts_.settings.name);
    }
    strategy_.top_up();
}

void Maintenance::report_leaks() {
    if (!parts_.settings.leak_threshold) return;
    const auto now = parts_.settings.now();
    parts_.storage.for_each([&](Slot& slot) {
        const auto loan = slot.loan.read();
        if (!loan || now - loan->since < *parts_.settings.leak_threshold || slot.leak_reported.exchange(true)) return;
        if (const auto still = slot.loan.read(); !still || still->since != loan->since) {
            slot.leak_reported.store(false);  // it came back, and the mark was for another loan
            return;
        }
        Counters::add(parts_.counters.leaks);
        const auto age = std::chrono::duration_cast<milliseconds>(now - loan->since);
        log::pool().warn("{}: connection {} may be leaked: taken at {}", parts_.settings.name,
                         slot.connection_id.load(relaxed), to_string(Holder{loan->place, loan->thread, age}));
    });
}

bool Maintenance::any_idle(const Condition& condition) const {
    bool any = false;
    parts_.storage.for_each([&](const Slot& slot) {
        any = any || (slot.generation.load(std::memory_order_acquire) != 0 && !slot.detached.load(relaxed) &&
                      !slot.loan.read() && condition(slot));
    });
    return any;
}

/// One idle slot that fulfils the condition. The others are away for a moment and come back in the order they had.
Slot* Maintenance::take_idle(const Condition& condition) {
    if (!any_idle(condition)) return nullptr;
    std::vector<Slot*> others;
    others.reserve(static_cast<std::size_t>(strategy_.figures().idle) + 1);
    Slot* found = nullptr;
    while (!found && others.size() < others.capacity()) {
        Slot* slot = strategy_.take_idle();
        if (!slot) break;
        if (condition(*slot))
            found = slot;
        else
            others.push_back(slot);
    }
    if (parts_.settings.lifo) std::reverse(others.begin(), others.end());
    for (Slot* slot : others) strategy_.put(*slot);
    return found;
}

void Maintenance::close_idle_for_long() {
    if (!parts_.settings.max_idle_time) return;
    const auto now = parts_.settings.now();
    const auto idle_for_long = [&](const Slot& slot) {
        return now - slot.idle_since.load(relaxed) >= *parts_.settings.max_idle_time;
    };
    while (strategy_.figures().idle > parts_.settings.min_idle) {
        Slot* slot = take_idle(idle_for_long);
        if (!slot) return;
        parts_.lifecycle.close(*slot, CloseReason::idle);
        strategy_.put(*slot);
    }
}

void Maintenance::check_unheard_of() {
    if (!parts_.settings.health_check_interval) return;
    const auto now = parts_.settings.now();
    const auto unheard_of = [&](const Slot& slot) {
        return now - slot.well_at.load(relaxed) >= *parts_.settings.health_check_interval &&
               !parts_.lifecycle.is_outdated(slot);
    };
    while (Slot* slot = take_idle(unheard_of)) {
        const bool well = is_well(*slot);
        strategy_.put(*slot);
        if (!well) return;  // its siblings are outdated now, and are replaced
    }
}

bool Maintenance::is_well(Slot& slot) noexcept {
    try {
        return parts_.lifecycle.answers_ping(slot, parts_.settings.ping_timeout);
    } catch (const std::exception& e) {
        log::pool().warn("{}: a check of an idle connection failed: {}", parts_.settings.name, e.what());
    } catch (...) {
        log::pool().warn("{}: a listener threw while an idle connection was checked", parts_.settings.name);
    }
    if (slot.connected()) parts_.lifecycle.close(slot, CloseReason::invalidated);
    return false;
}

HealthCheck Maintenance::check_idle() {
    HealthCheck found;
    const std::uint64_t round = rounds_.fetch_add(1, relaxed) + 1;
    const auto unchecked = [round](const Slot& slot) { return slot.checked_round.load(relaxed) < round; };
    while (Slot* slot = take_idle(unchecked)) {
        slot->checked_round.store(round, relaxed);
        const auto asked = Clock::now();
        ++found.checked;
        if (parts_.lifecycle.is_outdated(*slot)) {  // as the siblings of one found dead are
            ++found.failed;
            parts_.lifecycle.close(*slot, CloseReason::outdated);
        } else if (is_well(*slot)) {
            const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - asked);
            found.slowest = std::max(found.slowest, took);
        } else {
            ++found.failed;
        }
        strategy_.put(*slot);
    }
    return found;
}

/// Ahead of need: a twentieth of the longest lifetime before the connection would be replaced at a checkout.
bool Maintenance::is_due_for_renewal(const Slot& slot) const noexcept {
    if (parts_.lifecycle.is_outdated(slot)) return true;
    const auto expires_at = slot.expires_at.load(relaxed);
    return parts_.settings.recycle && parts_.settings.now() >= expires_at - *parts_.settings.recycle / 20;
}

void Maintenance::renew_idle() noexcept {
    renewal_due_.store(true);
    // Who finds another at it leaves it to that one, which looks once more when it is done.
    while (renewal_due_.load() && !renewing_.exchange(true)) {
        renewal_due_.store(false);
        renew_one_by_one();
        renewing_.store(false);
    }
}

void Maintenance::renew_one_by_one() noexcept {
    try {
        while (!parts_.lifecycle.stop_signal().stopped()) {
            Slot* slot = take_idle([this](const Slot& s) { return is_due_for_renewal(s); });
            if (!slot) break;
            Counters::add(parts_.counters.recycled);
            parts_.lifecycle.close(*slot,
                                   parts_.lifecycle.is_outdated(*slot) ? CloseReason::outdated : CloseReason::expired);
            try {
                parts_.lifecycle.open(*slot);
            } catch (...) {
                strategy_.put(*slot);
                throw;
            }
            strategy_.put(*slot);
        }
    } catch (const std::exception& e) {
        log::pool().warn("{}: a connection could not be replaced ahead of its time: {}", parts_.settings.name,
                         e.what());
    } catch (...) {
        log::pool().warn("{}: a listener threw while a connection was replaced", parts_.settings.name);
    }
}

}  // namespace sociable::pool
