#include "health/advisor.hpp"
#include "health/figures.hpp"
#include "health/text.hpp"

#include <algorithm>

namespace sociable::health {

namespace {

constexpr double low_hit_ratio = 0.80;
constexpr double many_connects = 0.10;  ///< of the uses
constexpr double dear_connect = 0.10;   ///< of a use's time

}  // namespace

void Advisor::find_churn() {
    const PoolStatus& s = in_.status;
    if (s.checkouts >= options_.min_samples && s.hit_ratio() < low_hit_ratio)
        reuse_evidence_ = "the hit ratio is " + percent(s.hit_ratio()) + " since the start";
    if (share(in_.times.connect.count(), in_.times.use.count()) > many_connects) {
        const double per_minute =
            static_cast<double>(in_.times.connect.count()) / Seconds(in_.times.period).count() * 60;
        reuse_evidence_ += (reuse_evidence_.empty() ? "" : ", ") + text(per_minute) +
                           " connections a minute are opened for " + text(workload_.arrivals_per_second * 60) + " uses";
    }
    if (reuse_evidence_.empty()) return;
    const auto most = std::max_element(s.closed_by_reason.begin(), s.closed_by_reason.end());
    if (*most == 0) return;
    closed_mostly_ = static_cast<CloseReason>(most - s.closed_by_reason.begin());
    reuse_evidence_ += ", and of " + std::to_string(s.closed) + " closed " + std::to_string(*most) + " were " +
                       std::string(to_string(*closed_mostly_));
}

/// What was closed because it was not kept is the size's matter.
void Advisor::stop_churn() {
    if (reuse_evidence_.empty()) return;
    if (in_.status.pool_class == PoolClass::null) {
        const auto connect = in_.times.connect.mean();
        if (Seconds(connect) > dear_connect * workload_.hold_time)
            add("pool_class", "NullPool", "QueuePool",
                reuse_evidence_ + "; a connect takes " + text(connect) + ", a use " + text(workload_.hold_time),
                "connections are used again");
        return;
    }
    if (!closed_mostly_) return;
    const auto longer = [](std::optional<std::chrono::milliseconds> now) {
        return now ? text(*now * 10) : std::string("longer");
    };
    const auto now = [](std::optional<std::chrono::milliseconds> time) { return time ? text(*time) : "not told"; };
    const std::string benefit = "callers find connections that are open already";
    if (*closed_mostly_ == CloseReason::idle)
        add("pool_max_idle_time", now(options_.max_idle_time), longer(options_.max_idle_time), reuse_evidence_,
            benefit);
    const bool server_wants_it_short = in_.server && in_.server->idle_timeout && options_.recycle &&
                                       *options_.recycle * 10 >= *in_.server->idle_timeout;
    if (*closed_mostly_ == CloseReason::expired && !server_wants_it_short)
        add("pool_recycle", now(options_.recycle), longer(options_.recycle), reuse_evidence_, benefit);
    if (*closed_mostly_ == CloseReason::invalidated)
        add("pool_health_check_interval", "not told", "30 s", reuse_evidence_,
            "connections that die while they are idle are replaced before a caller meets them, and a firewall that "
            "forgets silent ones is kept from it");
}

}  // namespace sociable::health
