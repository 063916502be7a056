#pragma once

#include <sociable/pool/pool.hpp>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace sociable {

/// What prometheus_metrics() tells of a pool.
struct PoolReading {
    PoolStatus status;
    PoolTimes times{};
    /// All connections of its server by state, say {"idle in transaction", 3}, when somebody has asked the server:
    /// these are not only the pool's.
    std::map<std::string, std::int64_t> server_connections{};
};

/// The pool now, without its server's connections.
PoolReading reading_of(const Pool& pool);

struct MetricsOptions {
    /// HikariCP's names as well, in the form in which Micrometer writes them: for dashboards that exist.
    bool hikaricp = false;
};

/// The Content-Type of the text below.
inline constexpr std::string_view prometheus_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// Prometheus' text format, version 0.0.4: OpenTelemetry's names for connection pools, db_client_connection_..., and
/// sociable_pool_... for what has none there; docs/monitoring.md lists them. The engine's name tells the pools apart;
/// of those that share one, the second becomes "name #2". What is no UTF-8 in it becomes U+FFFD.
std::string prometheus_metrics(std::span<const Pool> pools, const MetricsOptions& options = {});
std::string prometheus_metrics(const Pool& pool, const MetricsOptions& options = {});
std::string prometheus_metrics(std::span<const PoolReading> pools, const MetricsOptions& options = {});

}  // namespace sociable
