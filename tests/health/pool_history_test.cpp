#include <sociable/health/pool_history.hpp>

#include <doctest/doctest.h>

using namespace sociable;
using namespace std::chrono_literals;

namespace {

PoolStatus reading(int in_use, int idle = 0, int waiters = 0) {
    PoolStatus s;
    s.pool_class = PoolClass::queue;
    s.size = 5;
    s.max_overflow = 10;
    s.checked_out = in_use;
    s.checked_in = idle;
    s.waiters = waiters;
    return s;
}

/// The beginning of an interval.
const PoolHistory::Clock::time_point start{1'000'000s};

}  // namespace

TEST_CASE("a history keeps the most of each interval") {
    PoolHistory history;
    CHECK(history.points(start).empty());
    history.add(reading(1, 4, 0), start);
    history.add(reading(7, 0, 3), start + 1s);
    history.add(reading(2, 5, 0), start + 4s);
    history.add(reading(3, 3, 0), start + 5s);
    const auto points = history.points(start + 6s);
    REQUIRE(points.size() == 2);
    REQUIRE(points[0]);
    CHECK(points[0]->in_use == 7);
    CHECK(points[0]->open == 7);
    CHECK(points[0]->waiters == 3);
    CHECK(points[0]->limit == 15);
    REQUIRE(points[1]);
    CHECK(points[1]->in_use == 3);
    CHECK(points[1]->open == 6);
}

TEST_CASE("where nobody read a history has a gap, also at its end") {
    PoolHistory history;
    history.add(reading(1), start);
    history.add(reading(2), start + 12s);
    const auto points = history.points(start + 21s);
    REQUIRE(points.size() == 5);
    CHECK(points[0]);
    CHECK_FALSE(points[1]);
    CHECK(points[2]);
    CHECK_FALSE(points[3]);
    CHECK_FALSE(points[4]);
}

TEST_CASE("a history goes back 15 minutes") {
    PoolHistory history;
    for (int s = 0; s < 2000; ++s) history.add(reading(s), start + std::chrono::seconds(s));
    const auto points = history.points(start + 1999s);
    REQUIRE(points.size() == 180);
    CHECK(points.front()->in_use == 1999 - 895);
    CHECK(points.back()->in_use == 1999);
    CHECK(history.points(start + 1999s + 15min).empty());
}

TEST_CASE("a history gives the reading of a minute ago") {
    PoolHistory history;
    CHECK_FALSE(history.minute_ago(start));
    for (int s = 0; s < 300; ++s) history.add(reading(s), start + std::chrono::seconds(s));
    for (const auto now : {start + 300s, start + 302s, start + 304s}) {
        const auto earlier = history.minute_ago(now);
        REQUIRE(earlier);
        const auto age = now - (start + std::chrono::seconds(earlier->checked_out));
        CHECK(age >= 60s);
        CHECK(age <= 65s);
    }
    CHECK_FALSE(history.minute_ago(start + 365s));
    PoolHistory young;
    young.add(reading(1), start);
    CHECK(young.minute_ago(start + 10s)->checked_out == 1);
}
