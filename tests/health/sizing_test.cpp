#include "support/thrown.hpp"

#include <sociable/health/sizing.hpp>

#include <limits>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

/// 20 requests per second of 0.5 s each: 10 connections busy.
SizingInput ten_busy() { return {.workload = {20, 500ms}}; }

}  // namespace

TEST_CASE("the pool's size carries the goal, its overflow carries it in a burst") {
    const SizingInput input = ten_busy();
    const Sizing s = size_pool(input);
    CHECK(s.pool_size == connections_for(input.workload, input.goal));
    CHECK(s.pool_size + s.max_overflow == connections_for({30, 500ms}, input.goal));
    CHECK(s.pool_size == 17);
    CHECK(s.max_overflow == 6);
    CHECK(s.bound == SizingBound::goal);
    CHECK(s.meets_goal);
    CHECK_FALSE(s.can_deadlock);
    CHECK(s.forecast.busy == doctest::Approx(10));
    CHECK(s.forecast.share_of_waiters == forecast(input.workload, 17).share_of_waiters);
    CHECK(s.forecast.share_of_waiters <= input.goal.share_of_waiters);
    CHECK(s.forecast.p99_wait <= input.goal.p99_wait);
    CHECK_FALSE(s.users_limit);
    CHECK_FALSE(s.server_limit);
    CHECK(s.deadlock_floor == 1);
}

TEST_CASE("without bursts there is no overflow") {
    SizingInput input = ten_busy();
    input.burst = 1;
    CHECK(size_pool(input).max_overflow == 0);
}

TEST_CASE("without requests the pool has one connection") {
    const Sizing s = size_pool({});
    CHECK(s.pool_size == 1);
    CHECK(s.max_overflow == 0);
    CHECK(s.forecast.utilisation == 0);
}

TEST_CASE("no more connections are proposed than the users can use, and then nobody waits") {
    SizingInput input = ten_busy();
    for (const int users : {1, 5, 16}) {
        CAPTURE(users);
        input.users = users;
        const Sizing s = size_pool(input);
        CHECK(s.pool_size == users);
        CHECK(s.max_overflow == 0);
        CHECK(s.bound == SizingBound::users);
        CHECK(s.meets_goal);
        CHECK(s.wanted_for_goal == 17);
        CHECK(s.forecast.stable);
        CHECK(s.forecast.share_of_waiters == 0);
        CHECK(s.forecast.p99_wait == 0s);
        CHECK(s.forecast.utilisation == doctest::Approx(std::min(10.0 / users, 1.0)));
    }
    input.users = 20;  // enough for the goal, not for the burst
    CHECK(size_pool(input).pool_size == 17);
    CHECK(size_pool(input).max_overflow == 3);
    CHECK(size_pool(input).bound == SizingBound::goal);
    CHECK(size_pool(input).forecast.share_of_waiters > 0);
    input.users = 100;
    CHECK(size_pool(input).max_overflow == 6);
}

TEST_CASE("the overflow reaches the self-deadlock floor") {
    SizingInput input = ten_busy();
    input.users = 20;
    input.held_at_once = 3;
    const Sizing s = size_pool(input);
    CHECK(s.users_limit == 60);
    CHECK(s.deadlock_floor == 41);
    CHECK(s.pool_size == 17);
    CHECK(s.max_overflow == 24);
    CHECK_FALSE(s.can_deadlock);
}

TEST_CASE("the server's connections are shared between the instances") {
    SizingInput input = ten_busy();
    input.max_connections = 100;
    input.instances = 4;
    CHECK(size_pool(input).server_limit == 23);
    CHECK(size_pool(input).max_overflow == 6);

    input.instances = 5;
    CHECK(size_pool(input).server_limit == 18);
    CHECK(size_pool(input).pool_size == 17);
    CHECK(size_pool(input).max_overflow == 1);
    CHECK(size_pool(input).meets_goal);

    input.instances = 8;
    const Sizing tight = size_pool(input);
    CHECK(tight.pool_size == 11);
    CHECK(tight.max_overflow == 0);
    CHECK(tight.bound == SizingBound::server);
    CHECK_FALSE(tight.meets_goal);
    CHECK(tight.forecast.stable);
    CHECK(tight.forecast.share_of_waiters > 0.05);

    input.instances = 10;
    CHECK_FALSE(size_pool(input).forecast.stable);

    input.reserved_connections = 0;
    CHECK(size_pool(input).server_limit == 10);
}

TEST_CASE("what the users can use counts when it is less than the server's share, or as much") {
    SizingInput input = ten_busy();
    input.max_connections = 20;
    input.users = 12;
    CHECK(size_pool(input).server_limit == 12);
    CHECK(size_pool(input).bound == SizingBound::users);
    CHECK(size_pool(input).meets_goal);
    input.users = 13;
    CHECK(size_pool(input).bound == SizingBound::server);
    CHECK_FALSE(size_pool(input).meets_goal);
}

TEST_CASE("a server that can't give what threads hold at once lets them block each other") {
    SizingInput input = ten_busy();
    input.users = 50;
    input.held_at_once = 2;
    input.max_connections = 58;
    const Sizing s = size_pool(input);
    CHECK(s.deadlock_floor == 51);
    CHECK(s.pool_size + s.max_overflow == 50);
    CHECK(s.can_deadlock);
    input.max_connections = 59;
    CHECK_FALSE(size_pool(input).can_deadlock);
}

TEST_CASE("a size that can't be computed is refused, and the field is named") {
    const auto error = [](auto change) {
        SizingInput input = ten_busy();
        change(input);
        return text_of<ArgumentError>([&] { size_pool(input); });
    };
    CHECK(contains(error([](auto& in) { in.workload.hold_time = -1s; }), "hold_time"));
    CHECK(contains(error([](auto& in) { in.goal.share_of_waiters = 0; }), "share_of_waiters"));
    CHECK(contains(error([](auto& in) { in.users = 0; }), "users must be at least 1"));
    CHECK(contains(error([](auto& in) { in.held_at_once = 0; }), "held_at_once must be at least 1"));
    CHECK(contains(error([](auto& in) { in.held_at_once = 2; }), "needs users"));
    CHECK(contains(error([](auto& in) { in.max_connections = 0; }), "max_connections must be at least 1"));
    CHECK(contains(error([](auto& in) { in.reserved_connections = -1; }), "reserved_connections must be at least 0"));
    CHECK(contains(error([](auto& in) { in.instances = 0; }), "instances must be at least 1"));
    for (const double bad : {0.5, -1.0, std::numeric_limits<double>::infinity()})
        CHECK(contains(error([&](auto& in) { in.burst = bad; }), "burst must be"));
    CHECK(contains(error([](auto& in) {
                       in.max_connections = 11;
                       in.instances = 4;
                   }),
                   "max_connections of 11, less 8 reserved, leave no connection for each of 4 instances"));
    CHECK(contains(error([](auto& in) {
                       in.users = std::numeric_limits<int>::max();
                       in.held_at_once = 2;
                   }),
                   "too large"));
}
