#include "pool/pool_core.hpp"

#include "pool/background.hpp"
#include "pool/holders.hpp"
#include "pool/pooled_connections.hpp"
#include "pool/thread_exit.hpp"
#include "pool/upkeep.hpp"

#include "log/log.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace sociable::pool {

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

std::size_t first_slots(const Settings& s) {
    switch (s.pool_class) {
        case PoolClass::static_:
        case PoolClass::assertion: return 1;
        case PoolClass::null:
        case PoolClass::singleton_thread: return 8;
        case PoolClass::queue: break;
    }
    if (s.size.is_unlimited() || s.max_overflow.is_unlimited()) return 8;
    // A slot takes 1 KiB before it is used, and the storage can grow.
    return std::min(static_cast<std::size_t>(s.size.count()) + static_cast<std::size_t>(s.max_overflow.count()),
                    std::size_t{1024});
}

}  // namespace

std::unique_ptr<Strategy> make_strategy(const Parts& parts) {
    switch (parts.settings.pool_class) {
        case PoolClass::queue: break;
        case PoolClass::null: return make_null_pool(parts);
        case PoolClass::static_: return make_static_pool(parts);
        case PoolClass::singleton_thread: return make_singleton_thread_pool(parts);
        case PoolClass::assertion: return make_assertion_pool(parts);
    }
    return make_queue_pool(parts);
}

PoolCore::PoolCore(Settings settings, std::shared_ptr<const dialect::Dialect> dialect, Url url,
                   std::shared_ptr<const EventHub> parent)
    : epoch_(fork_epoch()),
      settings_(std::move(settings)),
      dialect_(std::move(dialect)),
      url_(std::move(url)),
      parent_(std::move(parent)),
      hub_(parent_.get()),
      storage_(std::make_unique<SlotStorage>(first_slots(settings_), settings_.statement_cache_size)),
      lifecycle_(std::make_unique<Lifecycle>(settings_, *dialect_, url_, hub_, counters_)),
      size_(settings_.size),
      max_overflow_(settings_.max_overflow) {
    dialect::load_client_libraries();
    prepare_background();
    const Parts parts{settings_, *storage_, *lifecycle_, counters_, [this] { return weak_from_this().lock(); }};
    strategy_ = make_strategy(parts);
    maintenance_ = std::make_unique<Maintenance>(parts, *strategy_);
}

PoolCore::~PoolCore() {
    if (is_of_parent()) {  // see fork_epoch.hpp: left as they are
        static_cast<void>(maintenance_.release());
        static_cast<void>(strategy_.release());
        static_cast<void>(lifecycle_.release());
        static_cast<void>(storage_.release());
        static_cast<void>(drain_.release());
        return;
    }
    strategy_->close_idle();
}

Checkout PoolCore::checkout(SourceLocation place, std::chrono::milliseconds longest_wait) {
    if (settings_.pool_class == PoolClass::singleton_thread)
        at_thread_exit(this, [weak = weak_from_this()] {
            if (const auto self = weak.lock(); self && !self->is_of_parent()) self->strategy_->thread_ends();
        });

    const auto asked = Clock::now();
    if (settings_.record_times) recent_.use(asked);
    Slot& slot = take_ready(place, asked, std::min(settings_.timeout, longest_wait));
    slot.lent_generation.store(slot.generation.load(relaxed), relaxed);  // it may have been opened anew
    return Checkout(shared_from_this(), slot);
}

/// Who finds its connection dead asks for another, and has no more time for it than before.
Slot& PoolCore::take_ready(SourceLocation place, Clock::time_point asked, std::chrono::milliseconds allowed) try {
    const Patience patience{after(allowed, asked), allowed};
    bool waited = false;
    const auto check_until = never_waits() ? Clock::time_point::max() : patience.until;
    for (;;) {
        Slot& slot = strategy_->take(place, patience);
        // The clock is a good part of what a checkout costs that finds an idle connection.
        const auto taken = settings_.at(waited || slot.took_time ? Clock::now() : asked);
        lend(slot, place, taken);
        bool found_open = slot.connected() && !slot.just_connected;
        try {
            if (slot.connected() && !lifecycle_->is_fit(slot, taken, check_until)) found_open = false;
            if (!slot.connected() && strategy_->borrower_opens())
                lifecycle_->open(slot, never_waits() ? 0 : settings_.connect_retries);
            if (slot.connected()) {
                count_wait(slot, asked, waited || !found_open || slot.took_time);
                lifecycle_->fire<event::Checkout>(slot);
                slot.just_connected = false;
                slot.checkouts.store(slot.checkouts.load(relaxed) + 1, relaxed);
                if (found_open) slot.hits.store(slot.hits.load(relaxed) + 1, std::memory_order_release);
                return slot;
            }
        } catch (...) {
            abandon(slot);
            throw;
        }
        slot.loan.end();
        put_back(slot);
        waited = true;
    }
} catch (...) {
    Counters::add(counters_.failed);
    throw;
}

void PoolCore::count_wait(Slot& slot, Clock::time_point asked, bool took_time) noexcept {
    slot.took_time = false;
    if (!settings_.record_times) return;
    slot.lent_at = took_time ? Clock::now() : asked;
    if (took_time)
        counters_.wait.add(*slot.lent_at - asked, slot.id);
    else
        slot.at_once.store(slot.at_once.load(relaxed) + 1, relaxed);
}

/// The slot is out before it is found fit, so that a dispose() which comes in between either sees it out, or is seen.
void PoolCore::lend(Slot& slot, SourceLocation place, Clock::time_point now) noexcept {
    slot.loan.start(place, now);
    slot.lent_generation.store(slot.connected() ? slot.generation.load(relaxed) : lifecycle_->generation(), relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

/// Then the borrower opens and checks connections itself, in the time that this takes, but tries only once.
bool PoolCore::never_waits() const noexcept { return settings_.timeout <= std::chrono::milliseconds::zero(); }

void PoolCore::abandon(Slot& slot) noexcept {
    lifecycle_->reset(slot);
    slot.loan.end();
    put_back(slot);
}

/// It is back only when it is closed, if it is to be closed: who has disposed of it may want to drop the database.
void PoolCore::put_back(Slot& slot) noexcept {
    if (slot.connected() && lifecycle_->is_outdated(slot)) lifecycle_->close(slot, CloseReason::outdated);
    slot.lent_generation.store(0, std::memory_order_seq_cst);
    strategy_->put(slot);
    drain_->came_back();
}

void PoolCore::give_back(Slot& slot) {
    if (is_of_parent()) return;
    const auto now = slot.lent_at ? Clock::now() : coarse_now();
    count_use(slot, now);
    lifecycle_->reset(slot);
    std::exception_ptr failed;
    try {
        if (!slot.detached) lifecycle_->fire<event::Checkin>(slot, slot.connected());
    } catch (...) {
        failed = std::current_exception();
    }
    end_loan(slot, settings_.at(now));
    put_back(slot);
    if (failed) std::rethrow_exception(failed);
}

void PoolCore::count_use(Slot& slot, Clock::time_point now) noexcept {
    if (!slot.lent_at) return;
    recent_.use(now);
    counters_.use.add(now - *slot.lent_at, slot.id);
    slot.lent_at.reset();
}

void PoolCore::end_loan(Slot& slot, Clock::time_point now) noexcept {
    if (slot.leak_reported.load(relaxed)) {
        slot.leak_reported.store(false, relaxed);
        if (const auto loan = slot.loan.read())
            log::pool().warn(
                "{}: connection {} came back after all: taken at {}", settings_.name, slot.connection_id.load(relaxed),
                to_string(Holder{loan->place, loan->thread,
                                 std::chrono::duration_cast<std::chrono::milliseconds>(now - loan->since)}));
    }
    slot.loan.end();
    slot.idle_since.store(now, relaxed);
    slot.well_at.store(now, relaxed);
}

void PoolCore::soft_invalidate(Slot& slot, std::exception_ptr error) {
    slot.soft_invalidated = true;
    lifecycle_->fire<event::SoftInvalidate>(slot, std::move(error));
}

void PoolCore::detach(Slot& slot) {
    slot.detached = true;
    slot.loan.end();
    slot.lent_generation.store(0, std::memory_order_seq_cst);
    strategy_->detach(slot);
    drain_->came_back();
    lifecycle_->fire<event::Detach>(slot);
}

void PoolCore::dispose() {
    lifecycle_->outdate_all();
    std::atomic_thread_fence(std::memory_order_seq_cst);  // before it is looked what is idle, and what is out
    lifecycle_->renew_first_connect();
    strategy_->end_waits();
    strategy_->close_idle();
}

bool PoolCore::dispose(std::chrono::milliseconds drain_timeout) {
    // A sum beyond what a clock can tell would lie in the past.
    const auto deadline =
        Clock::now() + std::min<std::chrono::milliseconds>(drain_timeout, std::chrono::hours(24 * 365));
    dispose();
    const std::uint64_t generation = lifecycle_->generation();
    return drain_->wait_until(deadline, [&] { return drained(generation); });
}

bool PoolCore::drained(std::uint64_t before) const {
    bool none = true;
    storage_->for_each([&](const Slot& slot) {
        const std::uint64_t lent = slot.lent_generation.load(std::memory_order_seq_cst);
        if (lent != 0 && lent < before) none = false;
    });
    return none;
}

void PoolCore::warm_up(int count) {
    std::vector<Checkout> open;
    for (int i = 0; i < count; ++i) {
        open.push_back(checkout(SourceLocation::current()));
        for (const std::string& sql : settings_.warm_up_sql) open.back().slot().driver->run(sql);
    }
    for (Checkout& each : open) each.close();
}

void PoolCore::start() {
    if (const auto period = maintenance_->period()) start_upkeep(shared_from_this(), *period);
}

void PoolCore::retire() noexcept {
    if (is_of_parent()) return;
    end_upkeep(*this);
    lifecycle_->stop();
    strategy_->close_idle();
    lifecycle_->end_hooks();
}

HealthCheck PoolCore::health_check(SourceLocation place) {
    HealthCheck found = maintenance_->check_idle();
    if (found.checked > found.failed) return found;
    // None is idle and well: whether one can be had is the question.
    Checkout one = checkout(place);
    const auto asked = Clock::now();
    ++found.checked;
    if (!lifecycle_->answers_ping(one.slot(), settings_.ping_timeout)) ++found.failed;
    found.slowest = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - asked);
    return found;
}

std::chrono::nanoseconds PoolCore::round_trip(std::chrono::milliseconds longest_wait, SourceLocation place) {
    Checkout one = checkout(place, longest_wait);
    const auto took = lifecycle_->round_trip(one.slot());
    one.close();
    return took;
}

void PoolCore::reconnect() {
    lifecycle_->outdate_all();
    run_in_background("sociable-open", [self = shared_from_this()] { self->maintenance_->renew_idle(); });
}

void PoolCore::resize(Limit size, Limit max_overflow) {
    strategy_->resize(size, max_overflow);
    const std::lock_guard lock(limits_mutex_);
    size_ = size;
    max_overflow_ = max_overflow;
}

void PoolCore::reopen(Slot& slot) {
    strategy_->check_reachable();
    lifecycle_->open(slot);
    slot.just_connected = false;
}

std::vector<Holder> PoolCore::holders() const { return pool::holders(*storage_, settings_.now()); }

std::vector<PooledConnection> PoolCore::connections() const { return pooled_connections(*storage_, settings_.now()); }

PoolTimes PoolCore::count_times() const {
    PoolTimes all = counters_.times();
    std::uint64_t at_once = 0;
    storage_->for_each([&](const Slot& slot) { at_once += slot.at_once.load(relaxed); });
    all.wait.add(Durations::bucket_of({}), at_once);
    return all;
}

PoolTimes PoolCore::times() const {
    PoolTimes all = count_times();
    all.period = Clock::now() - started_;
    return all;
}

PoolStatus PoolCore::status() const {
    PoolStatus s;
    s.name = settings_.name;
    s.pool_class = settings_.pool_class;
    s.reason = settings_.reason;
    {
        const std::lock_guard lock(limits_mutex_);
        s.size = size_;
        s.max_overflow = max_overflow_;
    }
    s.min_idle = settings_.min_idle;
    const Figures now = strategy_->figures();
    s.checked_in = now.idle;
    s.checked_out = now.in_use();
    s.overflow = now.open - (s.size.is_unlimited() ? 0 : s.size.count());
    s.opening = now.opening;
    s.waiters = strategy_->waiters();
    s.oldest_wait = strategy_->oldest_wait();
    s.suspended = strategy_->is_suspended();
    storage_->for_each([&](const Slot& slot) {
        s.hits += slot.hits.load(std::memory_order_acquire);  // first, or there could be more of them
        s.checkouts += slot.checkouts.load(relaxed);
        s.socket_checks += slot.looks.load(relaxed);
        s.statement_hits += slot.statements.hits();
        s.statement_misses += slot.statements.misses();
        s.statement_evictions += slot.statements.evictions();
    });
    s.failed = Counters::read(counters_.failed);
    s.opened = Counters::read(counters_.opened);
    for (std::size_t i = 0; i < close_reason_count; ++i) {
        s.closed_by_reason[i] = Counters::read(counters_.closed[i]);
        s.closed += s.closed_by_reason[i];
    }
    s.connect_errors = Counters::read(counters_.connect_errors);
    s.invalidated = s.closed_for(CloseReason::invalidated);
    s.recycled = Counters::read(counters_.recycled);
    s.timeouts = Counters::read(counters_.timeouts);
    s.rollbacks = Counters::read(counters_.rollbacks);
    s.session_resets = Counters::read(counters_.session_resets);
    s.leaks = Counters::read(counters_.leaks);
    s.dead_sockets = Counters::read(counters_.dead_sockets);
    s.pings = Counters::read(counters_.pings);
    s.failed_pings = Counters::read(counters_.failed_pings);
    const PoolTimes all = times(), recent = recent_times();
    s.wait = {TimeSummary(recent.wait), TimeSummary(all.wait)};
    s.connect = {TimeSummary(recent.connect), TimeSummary(all.connect)};
    s.use = {TimeSummary(recent.use), TimeSummary(all.use)};
    s.ping = {TimeSummary(recent.ping), TimeSummary(all.ping)};
    s.reset = {TimeSummary(recent.reset), TimeSummary(all.reset)};
    return s;
}

}  // namespace sociable::pool
