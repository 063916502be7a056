// OpenTelemetry's semantic conventions for database client metrics, 1.44, in Prometheus' form: dots are underscores,
// units and _total follow.

#include "health/pool_families.hpp"

namespace sociable::health {

void write_opentelemetry(PoolFamilies families) {
    families.each("db_client_connection_count", "gauge", "Connections by state.",
                  [](Family& family, Labels labels, const PoolReading& pool) {
                      auto& state = labels.emplace_back("db_client_connection_state", "idle");
                      family.sample(labels, text(pool.status.checked_in));
                      state.second = "used";
                      family.sample(labels, text(pool.status.checked_out));
                      state.second = "opening";
                      family.sample(labels, text(pool.status.opening));
                  });
    families.gauge("db_client_connection_idle_max", "Connections that may be idle.",
                   [](const PoolStatus& s) { return text(most_idle(s)); });
    families.gauge("db_client_connection_idle_min", "Idle connections that are kept ready.",
                   [](const PoolStatus& s) { return text(s.min_idle); });
    families.gauge("db_client_connection_max", "Connections that may be open.",
                   [](const PoolStatus& s) { return text(most_open(s)); });
    families.gauge("db_client_connection_pending_requests", "Checkouts that wait for a connection.",
                   [](const PoolStatus& s) { return text(s.waiters); });
    families.counter("db_client_connection_timeouts_total", "Checkouts that gave up waiting.", &PoolStatus::timeouts);
    families.histogram("db_client_connection_create_time_seconds", "How long opening a connection took.",
                       &PoolTimes::connect);
    families.histogram("db_client_connection_wait_time_seconds", "How long checkouts waited for a connection.",
                       &PoolTimes::wait);
    families.histogram("db_client_connection_use_time_seconds", "How long connections were used before they came back.",
                       &PoolTimes::use);
}

}  // namespace sociable::health
