// What OpenTelemetry has no names for. A counter must never go back, not even by one: Prometheus would take it for a
// restart. So there are no differences of two counters here, which are read one after the other; queries subtract.

#include "health/pool_families.hpp"

#include <algorithm>
#include <string>

namespace sociable::health {

namespace {

/// By tier of the check.
void write_checks(PoolFamilies& families, std::string_view name, std::string_view help,
                  std::uint64_t PoolStatus::*sockets, std::uint64_t PoolStatus::*servers) {
    families.each(name, "counter", help, [=](Family& family, Labels labels, const PoolReading& pool) {
        auto& tier = labels.emplace_back("tier", "socket");
        family.sample(labels, text(pool.status.*sockets));
        tier.second = "server";
        family.sample(labels, text(pool.status.*servers));
    });
}

void write_closed(PoolFamilies& families) {
    families.each("sociable_pool_closed_total", "counter", "Connections closed, by reason.",
                  [](Family& family, Labels labels, const PoolReading& pool) {
                      auto& label = labels.emplace_back("reason", "");
                      for (std::size_t i = 0; i < close_reason_count; ++i) {
                          std::string reason(to_string(static_cast<CloseReason>(i)));
                          std::ranges::replace(reason, ' ', '_');
                          label.second = reason;
                          family.sample(labels, text(pool.status.closed_by_reason[i]));
                      }
                  });
}

void write_server_connections(PoolFamilies& families) {
    families.each("sociable_server_connections", "gauge", "All connections of the pool's server, by state.",
                  [](Family& family, Labels labels, const PoolReading& pool) {
                      auto& label = labels.emplace_back("state", "");
                      for (const auto& [state, count] : pool.server_connections) {
                          label.second = state;
                          family.sample(labels, text(count));
                      }
                  });
}

int overflow(const PoolStatus& s) {
    return s.pool_class == PoolClass::queue && !s.size.is_unlimited() ? std::max(s.overflow, 0) : 0;
}

}  // namespace

void write_own(PoolFamilies families) {
    using Status = const PoolStatus&;
    families.gauge("sociable_pool_size", "Connections that are kept open.", [](Status s) { return text(s.size); });
    families.gauge("sociable_pool_overflow", "Connections open beyond the pool's size.",
                   [](Status s) { return text(overflow(s)); });
    families.gauge("sociable_pool_overflow_max", "Connections that may be open beyond the pool's size.",
                   [](Status s) { return text(s.max_overflow); });
    families.gauge("sociable_pool_suspended", "Whether checkouts wait for resume().",
                   [](Status s) { return text(s.suspended ? 1 : 0); });
    families.gauge("sociable_pool_oldest_wait_seconds", "How long the checkout that waits longest has waited so far.",
                   [](Status s) { return text(s.oldest_wait); });

    families.counter("sociable_pool_checkouts_total", "Connections handed out.", &PoolStatus::checkouts);
    families.counter("sociable_pool_hits_total", "Checkouts that found an open connection.", &PoolStatus::hits);
    families.counter("sociable_pool_failed_checkouts_total", "Checkouts that ended with an error.",
                     &PoolStatus::failed);
    families.counter("sociable_pool_opened_total", "Connections opened.", &PoolStatus::opened);
    write_closed(families);
    families.counter("sociable_pool_connect_errors_total", "Connects that failed.", &PoolStatus::connect_errors);
    write_checks(families, "sociable_pool_pings_total", "Checks whether a connection works, by tier.",
                 &PoolStatus::socket_checks, &PoolStatus::pings);
    write_checks(families, "sociable_pool_failed_pings_total", "Checks that found a connection dead, by tier.",
                 &PoolStatus::dead_sockets, &PoolStatus::failed_pings);
    families.counter("sociable_pool_recycled_total", "Connections replaced, too old or of an older generation.",
                     &PoolStatus::recycled);
    families.counter("sociable_pool_rollbacks_total", "Transactions left open and ended at return.",
                     &PoolStatus::rollbacks);
    families.counter("sociable_pool_session_resets_total", "Sessions put back to how they were after connecting.",
                     &PoolStatus::session_resets);
    families.counter("sociable_pool_leaks_total", "Connections held for longer than pool_leak_threshold.",
                     &PoolStatus::leaks);
    families.counter("sociable_pool_statement_hits_total", "Statements found in the cache of their connection.",
                     &PoolStatus::statement_hits);
    families.counter("sociable_pool_statement_misses_total", "Statements not found in the cache of their connection.",
                     &PoolStatus::statement_misses);
    families.counter("sociable_pool_statement_evictions_total", "Statements thrown out of a cache that was full.",
                     &PoolStatus::statement_evictions);

    families.histogram("sociable_pool_ping_time_seconds", "How long round trips took that check a connection.",
                       &PoolTimes::ping);
    families.histogram("sociable_pool_reset_time_seconds", "How long it took to end at return what was left open.",
                       &PoolTimes::reset);
    write_server_connections(families);
}

}  // namespace sociable::health
