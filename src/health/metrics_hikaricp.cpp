// HikariCP's names as Micrometer's Prometheus registry writes them. Its times are summaries without quantiles, and the
// longest of the last minutes beside them.

#include "health/pool_families.hpp"

namespace sociable::health {

namespace {

void write_times(PoolFamilies& families, std::string_view name, std::string_view help, Durations PoolTimes::*times,
                 PoolStatus::Times PoolStatus::*summary) {
    families.each(name, "summary", help, [times](Family& family, const Labels& labels, const PoolReading& pool) {
        family.summary(labels, pool.times.*times);
    });
    families.gauge(std::string(name) + "_max", std::string(help) + " The longest of the last minute.",
                   [summary](const PoolStatus& s) { return text((s.*summary).last_minute.longest); });
}

}  // namespace

void write_hikaricp(PoolFamilies families) {
    using Status = const PoolStatus&;
    families.gauge("hikaricp_connections", "Open connections.",
                   [](Status s) { return text(s.checked_in + s.checked_out); });
    families.gauge("hikaricp_connections_active", "Connections in use.", [](Status s) { return text(s.checked_out); });
    families.gauge("hikaricp_connections_idle", "Idle connections.", [](Status s) { return text(s.checked_in); });
    families.gauge("hikaricp_connections_pending", "Threads that wait for a connection.",
                   [](Status s) { return text(s.waiters); });
    families.gauge("hikaricp_connections_max", "Connections that may be open.",
                   [](Status s) { return text(most_open(s)); });
    families.gauge("hikaricp_connections_min", "Idle connections that are kept ready.",
                   [](Status s) { return text(s.min_idle); });
    families.counter("hikaricp_connections_timeout_total", "Checkouts that gave up waiting.", &PoolStatus::timeouts);
    write_times(families, "hikaricp_connections_acquire_seconds", "How long checkouts waited for a connection.",
                &PoolTimes::wait, &PoolStatus::wait);
    write_times(families, "hikaricp_connections_usage_seconds", "How long connections were used.", &PoolTimes::use,
                &PoolStatus::use);
    write_times(families, "hikaricp_connections_creation_seconds", "How long opening a connection took.",
                &PoolTimes::connect, &PoolStatus::connect);
}

}  // namespace sociable::health
