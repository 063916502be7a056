#include "health/advisor.hpp"
#include "health/text.hpp"

#include <algorithm>
#include <limits>

namespace sociable::health {

namespace {

constexpr double busy_share_of_an_oversized_pool = 0.20;
constexpr int no_limit = std::numeric_limits<int>::max();

int number(Limit limit) { return limit.is_unlimited() ? no_limit : limit.count(); }

std::string text(Limit limit) { return limit.is_unlimited() ? "unlimited" : std::to_string(limit.count()); }

int sum(int a, int b) { return a > no_limit - b ? no_limit : a + b; }

std::string waits(const QueueForecast& f) {
    if (!f.stable) return "all wait, longer and longer";
    return percent(f.share_of_waiters) + " wait, p99 " + health::text(f.p99_wait);
}

}  // namespace

void Advisor::size(const Sizing& wanted) {
    const PoolStatus& s = in_.status;
    const int now = number(s.size), total = sum(now, number(s.max_overflow));
    const int most = wanted.server_limit.value_or(no_limit);
    const bool reopens = closed_mostly_ == CloseReason::not_kept && total != no_limit && total > now;
    const bool oversized = now != no_limit && busy_ < busy_share_of_an_oversized_pool * now && s.overflow <= 0;

    int proposed = now;
    std::string evidence = measured();
    std::string benefit = "with " + std::to_string(wanted.pool_size) + ": " + waits(wanted.forecast);
    if (wanted.pool_size > now) {
        proposed = wanted.pool_size;
        evidence += busy_ > now ? ", more than the " + std::to_string(now) + " that are kept" : "";
        evidence += "; with " + std::to_string(now) + " and no overflow " + waits(forecast(workload_, now));
        if (!wanted.meets_goal) benefit += ", which is the best that the server's share allows";
    }
    if (reopens && std::min(total, most) > proposed) {
        proposed = std::min(total, most);
        evidence = reuse_evidence_;
        benefit = "what is opened in a burst is there for the next one";
    } else if (reopens && proposed > now) {
        evidence += "; " + reuse_evidence_;
    }
    if (proposed == now && oversized && wanted.pool_size < now && !reopens) {
        proposed = wanted.pool_size;
        evidence += ": over 80 % of " + std::to_string(now) + " are idle";
        benefit += "; the server has fewer connections to keep";
    }
    if (proposed > most) {
        proposed = most;
        evidence = "the server's connections, shared by " + count_of(options_.instances, "instance") + ", are " +
                   std::to_string(most) + " for each";
        benefit = "no instance is refused a connection";
    }
    if (proposed != now) add("pool_size", text(s.size), std::to_string(proposed), evidence, benefit);
    overflow(wanted, proposed);
}

void Advisor::overflow(const Sizing& wanted, int new_size) {
    const int now = number(in_.status.max_overflow), most = wanted.server_limit.value_or(no_limit);
    const int total = wanted.pool_size + wanted.max_overflow;
    if (sum(new_size, now) > most)
        return add("max_overflow", text(in_.status.max_overflow), std::to_string(most - new_size),
                   "the server's connections, shared by " + count_of(options_.instances, "instance") + ", are " +
                       std::to_string(most) + " for each",
                   "no instance is refused a connection");
    if (sum(new_size, now) >= total) return;
    const bool by_deadlock = wanted.deadlock_floor > wanted.wanted_for_burst;
    add("max_overflow", text(in_.status.max_overflow), std::to_string(total - new_size),
        by_deadlock
            ? std::to_string(*options_.users) + " threads that hold " + std::to_string(options_.held_at_once) +
                  " connections each need " + std::to_string(wanted.deadlock_floor) + " (users x (held - 1) + 1)"
            : measured() + "; at " + health::text(options_.burst) + " times the rate the goal takes " +
                  std::to_string(wanted.wanted_for_burst),
        by_deadlock ? "threads can't wait for each other for ever" : "a burst waits no longer than wanted");
}

void Advisor::deadlock(const Sizing& wanted) {
    if (!wanted.can_deadlock) return;
    add("connections held at once by a thread", std::to_string(options_.held_at_once), "1",
        std::to_string(*options_.users) + " threads that hold " + std::to_string(options_.held_at_once) +
            " each need " + std::to_string(wanted.deadlock_floor) +
            " connections, and the server gives each instance " + std::to_string(*wanted.server_limit),
        "threads can't wait for each other for ever");
}

}  // namespace sociable::health
