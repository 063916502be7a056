// The pure part of health: plain figures in, reasons and a score out.
#include "support/thrown.hpp"

#include <sociable/health/health.hpp>

#include <algorithm>
#include <sstream>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

/// 10 connections may be open, 5 are, 1 is in use.
HealthInput well() {
    HealthInput input;
    input.status.pool_class = PoolClass::queue;
    input.status.size = 5;
    input.status.max_overflow = 5;
    input.status.checked_out = 1;
    input.status.checked_in = 4;
    input.status.checkouts = 1000;
    input.status.hits = 995;
    input.status.opened = 5;
    input.status.socket_checks = 1000;
    return input;
}

const HealthReason* find(const Health& health, HealthCause cause) {
    const auto found = std::find_if(health.reasons.begin(), health.reasons.end(),
                                    [cause](const HealthReason& r) { return r.cause == cause; });
    return found == health.reasons.end() ? nullptr : &*found;
}

HealthState state_of(const Health& health, HealthCause cause) {
    const HealthReason* reason = find(health, cause);
    return reason ? reason->state : HealthState::healthy;
}

/// How this cause is judged after a change of what is well. Whatever comes, the score is the sum of its parts.
template <class Change>
HealthState judged(HealthCause cause, Change change) {
    HealthInput input = well();
    change(input);
    const Health health = judge(input);
    int sum = 0, of = 0;
    for (const ScorePart& part : health.parts) {
        CHECK(part.points >= 0);
        CHECK(part.points <= part.of);
        sum += part.points;
        of += part.of;
    }
    CHECK(sum == health.score);
    CHECK(of == 100);
    HealthState worst = HealthState::healthy;
    for (const HealthReason& reason : health.reasons) {
        const bool may_equal = reason.cause == HealthCause::no_idle || reason.cause == HealthCause::waiting;
        CHECK(reason.limit >= 0);
        CHECK((reason.value > reason.limit || (may_equal && reason.value == reason.limit)));
        CHECK(reason.text.ends_with('.'));
        worst = std::max(worst, reason.state);
    }
    CHECK(worst == health.state);
    CHECK((health.score == 100) == health.reasons.empty());
    return state_of(health, cause);
}

constexpr auto healthy = HealthState::healthy, warning = HealthState::warning, error = HealthState::error;

}  // namespace

TEST_CASE("a pool that is well has all points and no reasons") {
    const Health health = judge(well());
    CHECK(health.state == healthy);
    CHECK(health.score == 100);
    CHECK(health.reasons.empty());
    REQUIRE(health.parts.size() == 5);
    CHECK(health.parts[0].name == "room");
    CHECK(to_string(health) == "healthy, 100 of 100\n");
    CHECK(judge({}).state == healthy);  // also one that has not begun
}

TEST_CASE("utilisation: over 60 % is a warning, over 80 % an error") {
    const auto with = [](int in_use) {
        return judged(HealthCause::utilisation, [=](HealthInput& in) { in.status.checked_out = in_use; });
    };
    CHECK(with(6) == healthy);
    CHECK(with(7) == warning);
    CHECK(with(8) == warning);
    CHECK(with(9) == error);
}

TEST_CASE("without a limit there is no utilisation") {
    for (const PoolClass kind : {PoolClass::static_, PoolClass::null, PoolClass::queue}) {
        const auto unlimited_one = [kind](HealthInput& in) {
            in.status.pool_class = kind;
            in.status.size = unlimited;
            in.status.checked_out = 1000;
            in.status.checked_in = 0;
        };
        CHECK(judged(HealthCause::utilisation, unlimited_one) == healthy);
        CHECK(judged(HealthCause::no_idle, unlimited_one) == healthy);
    }
}

TEST_CASE("no idle connection: a warning while more may be opened, then an error") {
    const auto with = [](int in_use, int idle) {
        return judged(HealthCause::no_idle, [=](HealthInput& in) {
            in.status.checked_out = in_use;
            in.status.checked_in = idle;
        });
    };
    CHECK(with(0, 0) == healthy);  // none has been opened yet
    CHECK(with(4, 0) == healthy);
    CHECK(with(5, 1) == healthy);
    CHECK(with(5, 0) == warning);
    CHECK(with(9, 0) == warning);
    CHECK(with(10, 0) == error);
}

TEST_CASE("a suspended pool is an error") {
    CHECK(judged(HealthCause::suspended, [](HealthInput& in) { in.status.suspended = true; }) == error);
}

TEST_CASE("waiting: any wait is a warning, over a second an error") {
    const auto with = [](int waiters, std::chrono::nanoseconds oldest) {
        return judged(HealthCause::waiting, [=](HealthInput& in) {
            in.status.waiters = waiters;
            in.status.oldest_wait = oldest;
        });
    };
    CHECK(with(0, 0s) == healthy);
    CHECK(with(1, 0s) == warning);
    CHECK(with(1, 1s) == warning);
    CHECK(with(1, 1001ms) == error);
}

TEST_CASE("timeouts: any is a warning, over 1 % of the checkouts an error") {
    const auto with = [](std::uint64_t timeouts) {
        return judged(HealthCause::timeouts, [=](HealthInput& in) {
            in.status.checkouts = 1000 - timeouts;
            in.status.failed = timeouts;
            in.status.timeouts = timeouts;
            in.status.hits = 900;
        });
    };
    CHECK(with(0) == healthy);
    CHECK(with(1) == warning);
    CHECK(with(10) == warning);
    CHECK(with(11) == error);
}

TEST_CASE("connect errors: any is a warning, over half of the connects an error") {
    const auto with = [](std::uint64_t errors) {
        return judged(HealthCause::connect_errors, [=](HealthInput& in) { in.status.connect_errors = errors; });
    };
    CHECK(with(0) == healthy);
    CHECK(with(1) == warning);
    CHECK(with(5) == warning);
    CHECK(with(6) == error);
}

TEST_CASE("misses: over 20 % of at least 100 checkouts, where connections are kept") {
    const auto with = [](std::uint64_t hits, std::uint64_t checkouts, PoolClass kind = PoolClass::queue) {
        return judged(HealthCause::misses, [=](HealthInput& in) {
            in.status.hits = hits;
            in.status.checkouts = checkouts;
            in.status.pool_class = kind;
        });
    };
    CHECK(with(80, 100) == healthy);
    CHECK(with(79, 100) == warning);
    CHECK(with(0, 99) == healthy);
    CHECK(with(0, 100, PoolClass::null) == healthy);
}

TEST_CASE("stale connections: over 1 % of at least 100 looks") {
    const auto with = [](std::uint64_t dead, std::uint64_t failed_pings, std::uint64_t looks) {
        return judged(HealthCause::stale, [=](HealthInput& in) {
            in.status.dead_sockets = dead;
            in.status.failed_pings = failed_pings;
            in.status.socket_checks = looks;
        });
    };
    CHECK(with(5, 5, 1000) == healthy);
    CHECK(with(6, 5, 1000) == warning);
    CHECK(with(50, 0, 99) == healthy);
}

TEST_CASE("the round trip: over 100 ms is a warning, over a second or a failure an error") {
    const auto with = [](std::chrono::microseconds took) {
        return judged(HealthCause::slow_round_trip, [=](HealthInput& in) { in.round_trip = took; });
    };
    CHECK(with(100ms) == healthy);
    CHECK(with(101ms) == warning);
    CHECK(with(1s) == warning);
    CHECK(with(1001ms) == error);
    CHECK(judged(HealthCause::round_trip_failed, [](HealthInput& in) { in.round_trip_error = "no route."; }) == error);
    HealthInput fast = well();
    fast.round_trip = 5ms;
    CHECK(judge(fast).round_trip == 5ms);
}

TEST_CASE("the server's connections: over 80 % is a warning, over 95 % an error") {
    const auto with = [](int taken) {
        return judged(HealthCause::server_full, [=](HealthInput& in) {
            in.server.emplace();
            in.server->max_connections = 100;
            in.server->connections.unknown = taken;
        });
    };
    CHECK(with(80) == healthy);
    CHECK(with(81) == warning);
    CHECK(with(95) == warning);
    CHECK(with(96) == error);
}

TEST_CASE("idle in transaction: by time, and by number") {
    const auto for_long = [](std::chrono::microseconds longest) {
        return judged(HealthCause::idle_in_transaction,
                      [=](HealthInput& in) { in.server.emplace().longest_idle_in_transaction = longest; });
    };
    CHECK(for_long(60s) == healthy);
    CHECK(for_long(61s) == warning);
    CHECK(for_long(10min) == warning);
    CHECK(for_long(601s) == error);
    const auto many = [](int count) {
        return judged(HealthCause::many_idle_in_transaction,
                      [=](HealthInput& in) { in.server.emplace().ours.idle_in_transaction = count; });
    };
    CHECK(many(5) == healthy);
    CHECK(many(6) == warning);
}

TEST_CASE("a connection held for over a minute is told with its place") {
    HealthInput input = well();
    input.holders.push_back({SourceLocation::current("orders.cpp", 12, "place_order"), 4711, 60s, 1});
    CHECK(judge(input).state == healthy);
    input.holders.front().age = 61s;
    const Health health = judge(input);
    REQUIRE(find(health, HealthCause::long_hold));
    CHECK(contains(find(health, HealthCause::long_hold)->text, "orders.cpp:12 (place_order), thread 4711"));
}

TEST_CASE("leaks are a warning") {
    CHECK(judged(HealthCause::leaks, [](HealthInput& in) { in.status.leaks = 1; }) == warning);
}

TEST_CASE("with an earlier reading, only what came since counts") {
    HealthInput input = well();
    input.status.timeouts = input.status.failed = 50;
    input.status.leaks = 3;
    input.status.connect_errors = 7;
    CHECK(judge(input).reasons.size() == 3);
    input.earlier = input.status;
    CHECK(judge(input).reasons.empty());
    ++input.status.leaks;
    const Health health = judge(input);
    REQUIRE(health.reasons.size() == 1);
    CHECK(health.reasons[0].value == 1);
    input.earlier->leaks = 100;  // of another pool: the parent's before a fork
    CHECK(find(judge(input), HealthCause::leaks)->value == 4);
}

TEST_CASE("errors come first, a part's worst reason decides on its points, and all is told in sentences") {
    HealthInput input = well();
    input.status.checked_out = 10;
    input.status.checked_in = 0;
    input.status.leaks = 2;
    input.status.waiters = 1;
    input.status.oldest_wait = 20ms;
    const Health health = judge(input);
    CHECK(health.state == error);
    CHECK(health.parts[0].points == 0);   // room
    CHECK(health.parts[1].points == 10);  // waits
    CHECK(health.parts[2].points == 25);  // connects
    CHECK(health.parts[3].points == 15);  // reuse
    CHECK(health.parts[4].points == 7);   // transactions
    CHECK(health.score == 57);
    std::ostringstream out;
    out << health;
    CHECK(out.str() ==
          "error, 57 of 100\n"
          "  error: 10 of 10 connections are in use (100 %).\n"
          "  error: No connection is idle, and no more may be opened: the next caller waits.\n"
          "  warning: 1 caller waiting for a connection, the first for 20 ms.\n"
          "  warning: 2 connections held for longer than pool_leak_threshold.\n");
}

TEST_CASE("limits can be chosen") {
    HealthInput input = well();
    input.status.checked_out = 3;
    CHECK(judge(input, {.utilisation_warning = 0.2}).state == warning);
    CHECK(judge(input, {.utilisation_warning = 0.1, .utilisation_error = 0.2}).state == error);
}

TEST_CASE("every cause has a name") {
    for (int i = 0; i <= static_cast<int>(HealthCause::leaks); ++i)
        CHECK_FALSE(to_string(static_cast<HealthCause>(i)).empty());
    CHECK(to_string(HealthCause::idle_in_transaction) == "idle_in_transaction");
}
