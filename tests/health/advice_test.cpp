// Advice from plain figures: each rule at its threshold.
#include "support/thrown.hpp"

#include <sociable/health/advice.hpp>
#include <sociable/health/sizing.hpp>

#include <algorithm>
#include <cmath>
#include <sstream>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

void add(Durations& durations, std::chrono::nanoseconds time, std::uint64_t count = 1) {
    durations.add(Durations::bucket_of(time), count);
    durations.add_sum(time * count);
    durations.add_longest(time);
}

Durations constant(std::uint64_t count, std::chrono::nanoseconds time) {
    Durations d;
    add(d, time, count);
    return d;
}

/// Times with an exponential distribution, evenly drawn.
Durations exponential(std::uint64_t count, std::chrono::nanoseconds mean) {
    Durations d;
    for (std::uint64_t i = 0; i < count; ++i) {
        const double rest = 1 - (static_cast<double>(i) + 0.5) / static_cast<double>(count);
        add(d,
            std::chrono::nanoseconds(static_cast<std::int64_t>(-std::log(rest) * static_cast<double>(mean.count()))));
    }
    return d;
}

/// 20 uses a second of 0.5 s each, for a minute: 10 connections busy, and 17 + 6 wanted. The pool has them.
AdviceInput ten_busy() {
    AdviceInput input;
    input.times.period = 60s;
    input.times.use = exponential(1200, 500ms);
    input.status.pool_class = PoolClass::queue;
    input.status.size = 17;
    input.status.max_overflow = 6;
    input.status.checkouts = 10'000;
    input.status.hits = 9'900;
    return input;
}

const Advice* find(const AdviceReport& report, std::string_view option) {
    const auto found = std::find_if(report.advice.begin(), report.advice.end(),
                                    [option](const Advice& a) { return a.option == option; });
    return found == report.advice.end() ? nullptr : &*found;
}

/// The value proposed for an option after a change of what needs none; empty when none is.
template <class Change>
std::string proposed(std::string_view option, Change change) {
    AdviceInput input = ten_busy();
    change(input);
    const AdviceReport report = advise(input);
    for (const Advice& advice : report.advice) {
        CHECK_FALSE(advice.current.empty());
        CHECK_FALSE(advice.proposed.empty());
        CHECK_FALSE(advice.evidence.empty());
        CHECK_FALSE(advice.benefit.empty());
        CHECK(advice.current != advice.proposed);
    }
    const Advice* found = find(report, option);
    return found ? found->proposed : "";
}

void close(AdviceInput& input, CloseReason reason, std::uint64_t count) {
    input.status.closed_by_reason[static_cast<std::size_t>(reason)] = count;
    input.status.closed += count;
    input.status.hits = 7'999;
}

}  // namespace

TEST_CASE("a pool that fits is left alone") {
    const AdviceReport report = advise(ten_busy());
    CHECK(report.enough_samples);
    CHECK(report.advice.empty());
    CHECK(contains(report.basis, "1200 uses in 60 s: 20/s, held 500 ms on average (variability 1"));
    CHECK(contains(report.basis, "keep 10 connections busy"));
    CHECK(contains(to_string(report), "nothing to change"));
}

TEST_CASE("too few samples, or too short a time, say so and propose nothing") {
    const auto with = [](std::uint64_t count, std::chrono::nanoseconds period) {
        AdviceInput input = ten_busy();
        input.status.size = 1;
        input.status.leaks = 1;
        input.times.use = exponential(count, 500ms);
        input.times.period = period;
        return advise(input);
    };
    CHECK(with(100, 10s).enough_samples);
    CHECK_FALSE(with(100, 10s).advice.empty());
    for (const AdviceReport& report : {with(99, 10s), with(100, 9999ms), with(0, 0s), advise(AdviceInput{})}) {
        CHECK_FALSE(report.enough_samples);
        CHECK(report.advice.empty());
        CHECK(contains(report.basis, "too few: advice takes 100 in 10 s"));
        CHECK_FALSE(contains(to_string(report), "nothing to change"));
    }
}

TEST_CASE("pool_size: too small for the goal, next to the one now and what is gained") {
    AdviceInput input = ten_busy();
    input.status.size = 5;
    input.status.max_overflow = 10;
    const AdviceReport report = advise(input);
    REQUIRE(find(report, "pool_size"));
    const Advice& a = *find(report, "pool_size");
    CHECK(a.current == "5");
    CHECK(a.proposed == std::to_string(connections_for({20, 500ms, input.times.use.variability()})));
    CHECK(contains(a.evidence, "keep 10 connections busy, more than the 5 that are kept"));
    CHECK(contains(a.evidence, "with 5 and no overflow all wait, longer and longer"));
    CHECK(contains(a.benefit, " wait, p99 "));
    CHECK_FALSE(find(report, "max_overflow"));  // 17 + 10 are enough
    std::ostringstream out;
    out << report;
    CHECK(contains(out.str(), "pool_size: 5 -> 17\n    because "));
    CHECK(proposed("pool_size", [](AdviceInput& in) { in.status.size = 16; }) == "17");
    CHECK(proposed("pool_size", [](AdviceInput& in) { in.status.size = 17; }).empty());
    CHECK(proposed("pool_size", [](AdviceInput& in) { in.options.goal = {.share_of_waiters = 0.2}; }).empty());
}

TEST_CASE("variability is measured: times that are all alike need fewer connections") {
    const auto size = [](Durations use) {
        return std::stoi(proposed("pool_size", [&](AdviceInput& in) {
            in.times.use = use;
            in.status.size = 1;
            in.options.goal = {.share_of_waiters = 1, .p99_wait = 50ms};
        }));
    };
    CHECK(size(constant(1200, 500ms)) < size(exponential(1200, 500ms)));
}

TEST_CASE("pool_size: over 80 % idle is too large") {
    const auto with = [](int size, int overflow = 0) {
        return proposed("pool_size", [=](AdviceInput& in) {
            in.status.size = size;
            in.status.overflow = overflow;
        });
    };
    CHECK(with(49).empty());
    CHECK(with(51) == "17");
    CHECK(with(51, 1).empty());  // just now all of them are in use
}

TEST_CASE("max_overflow carries a burst, and reaches the self-deadlock floor") {
    const auto with = [](int overflow, auto change) {
        return proposed("max_overflow", [&](AdviceInput& in) {
            in.status.max_overflow = overflow;
            change(in);
        });
    };
    CHECK(with(6, [](AdviceInput&) {}).empty());
    CHECK(with(5, [](AdviceInput&) {}) == "6");
    const auto nested = [](AdviceInput& in) {
        in.options.users = 20;
        in.options.held_at_once = 3;
    };
    CHECK(with(24, nested).empty());
    CHECK(with(23, nested) == "24");
    AdviceInput input = ten_busy();
    nested(input);
    const AdviceReport report = advise(input);
    CHECK(contains(find(report, "max_overflow")->evidence, "20 threads that hold 3 connections each need 41"));
}

TEST_CASE("the server's share of each instance is never exceeded") {
    const auto report = [](int max_connections, int instances, Limit size = 17) {
        AdviceInput input = ten_busy();
        input.status.size = size;
        input.server.emplace().max_connections = max_connections;
        input.server->reserved_connections = 3;
        input.options.instances = instances;
        return advise(input);
    };
    CHECK(report(100, 4).advice.empty());  // 23 each
    REQUIRE(find(report(100, 5), "max_overflow"));
    CHECK(find(report(100, 5), "max_overflow")->proposed == "1");  // 18 each
    CHECK_FALSE(find(report(100, 5), "pool_size"));
    REQUIRE(find(report(100, 8), "pool_size"));
    CHECK(find(report(100, 8), "pool_size")->proposed == "11");
    CHECK(find(report(100, 8), "max_overflow")->proposed == "0");
    CHECK(find(report(100, 8, 5), "pool_size")->proposed == "11");  // wants 17
    CHECK(contains(find(report(100, 8, 5), "pool_size")->benefit, "best that the server's share allows"));
    REQUIRE(find(report(100, 4, unlimited), "pool_size"));
    CHECK(find(report(100, 4, unlimited), "pool_size")->current == "unlimited");
    CHECK(find(report(100, 4, unlimited), "pool_size")->proposed == "23");

    AdviceInput input = ten_busy();
    input.server.emplace().max_connections = 1000;
    input.options.max_connections = 28;  // what is told is stronger
    input.options.reserved_connections = 10;
    CHECK(find(advise(input), "max_overflow")->proposed == "1");
}

TEST_CASE("wrong options, and a server without room, are told and not thrown") {
    const auto basis = [](auto change) {
        AdviceInput input = ten_busy();
        input.status.leaks = 1;
        change(input);
        const AdviceReport report = advise(input);
        CHECK(report.enough_samples);
        CHECK_FALSE(find(report, "pool_size"));
        CHECK(report.advice.size() == 1);  // the other rules go on
        return report.basis;
    };
    CHECK(
        contains(basis([](AdviceInput& in) { in.options.held_at_once = 2; }), "no size can be computed: held_at_once"));
    CHECK(contains(basis([](AdviceInput& in) { in.options.users = 0; }), "users must be at least 1"));
    CHECK(contains(basis([](AdviceInput& in) { in.options.burst = 0; }), "burst must be"));
    CHECK(contains(basis([](AdviceInput& in) { in.options.goal.share_of_waiters = -1; }), "share_of_waiters"));
    CHECK(contains(basis([](AdviceInput& in) {
                       in.options.max_connections = 10;
                       in.options.instances = 5;
                   }),
                   "leave no connection for each of 5 instances"));
}

TEST_CASE("threads that can block each other, where the server gives no more") {
    const auto with = [](int max_connections) {
        return proposed("connections held at once by a thread", [=](AdviceInput& in) {
            in.options.users = 50;
            in.options.held_at_once = 2;
            in.options.max_connections = max_connections;
        });
    };
    CHECK(with(58) == "1");
    CHECK(with(59).empty());
}

TEST_CASE("churn: over a tenth as many connects as uses, or under 80 % hits, and the option depends on why") {
    const auto size = [](std::uint64_t connects) {
        return proposed("pool_size", [=](AdviceInput& in) {
            close(in, CloseReason::not_kept, 500);
            in.status.hits = 9'000;
            in.times.connect = constant(connects, 1ms);
        });
    };
    CHECK(size(120).empty());
    CHECK(size(121) == "23");  // what it may have open now
    const auto by_hits = [](std::uint64_t hits) {
        return proposed("pool_size", [=](AdviceInput& in) {
            close(in, CloseReason::not_kept, 500);
            in.status.hits = hits;
        });
    };
    CHECK(by_hits(8'000).empty());
    CHECK(by_hits(7'999) == "23");

    AdviceInput input = ten_busy();
    input.times.connect = constant(600, 1ms);
    close(input, CloseReason::not_kept, 450);
    close(input, CloseReason::idle, 50);
    CHECK(find(advise(input), "pool_size")->evidence ==
          "the hit ratio is 80 % since the start, 600 connections a minute are opened for 1200 uses, and of 500 closed "
          "450 were not kept");
    CHECK(find(advise(input), "pool_size")->benefit == "what is opened in a burst is there for the next one");
}

TEST_CASE("churn by idleness, age, or death") {
    CHECK(proposed("pool_max_idle_time", [](AdviceInput& in) {
              close(in, CloseReason::idle, 10);
              in.options.max_idle_time = 1s;
          }) == "10 s");
    CHECK(proposed("pool_max_idle_time", [](AdviceInput& in) { close(in, CloseReason::idle, 10); }) == "longer");
    CHECK(proposed("pool_recycle", [](AdviceInput& in) {
              close(in, CloseReason::expired, 10);
              in.options.recycle = 1min;
          }) == "10 min");
    CHECK(proposed("pool_health_check_interval", [](AdviceInput& in) { close(in, CloseReason::invalidated, 10); }) ==
          "30 s");
    for (const CloseReason reason : {CloseReason::detached, CloseReason::failed_reset}) {
        AdviceInput input = ten_busy();
        close(input, reason, 10);
        CHECK(advise(input).advice.empty());
    }
}

TEST_CASE("NullPool: worth a QueuePool when connects take over a tenth of the uses") {
    const auto with = [](std::chrono::nanoseconds connect) {
        return proposed("pool_class", [=](AdviceInput& in) {
            in.status.pool_class = PoolClass::null;
            in.status.hits = 0;
            in.times.connect = constant(1200, connect);
            in.times.use = constant(1200, 100ms);
        });
    };
    CHECK(with(10ms).empty());
    CHECK(with(11ms) == "QueuePool");
}

TEST_CASE("pool_min_idle: waits over the goal that are connects, while connections are free") {
    const auto with = [](std::chrono::nanoseconds wait, std::chrono::nanoseconds connect, int size = 17, int idle = 0) {
        return proposed("pool_min_idle", [=](AdviceInput& in) {
            in.times.wait = constant(1200, wait);
            in.times.connect = constant(20, connect);
            in.status.size = size;
            in.options.min_idle = idle;
        });
    };
    CHECK(with(200ms, 150ms) == "7");  // 2 x sqrt(10)
    CHECK(with(200ms, 150ms, 17, 10) == "11");
    CHECK(with(90ms, 150ms).empty());
    CHECK(with(200ms, 50ms).empty());
    CHECK(with(200ms, 150ms, 6).empty());       // 10 of 12 are busy: there are too few
    CHECK(with(200ms, 150ms, 17, 17).empty());  // as many as there can be
}

TEST_CASE("pool_recycle: under the time after which the server closes idle connections") {
    const auto with = [](std::optional<std::chrono::milliseconds> recycle) {
        return proposed("pool_recycle", [=](AdviceInput& in) {
            in.server.emplace().idle_timeout = 10min;
            in.options.recycle = recycle;
        });
    };
    CHECK(with(std::nullopt) == "9 min");
    CHECK(with(10min) == "9 min");
    CHECK(with(10min - 1ms).empty());
}

TEST_CASE("long uses against short ones: p99 over 100 ms and over 20 times the p50") {
    const auto with = [](std::chrono::nanoseconds usual, std::chrono::nanoseconds longest) {
        return proposed("an engine of its own for long uses", [=](AdviceInput& in) {
            in.times.use = constant(1150, usual);
            add(in.times.use, longest, 50);
            in.status.size = 1000;
            in.status.overflow = 1;
        });
    };
    CHECK(with(10ms, 1s) == "one more");
    CHECK(with(1ms, 50ms).empty());
    CHECK(with(100ms, 1s).empty());
    CHECK(proposed("an engine of its own for long uses", [](AdviceInput&) {}).empty());  // exponential
}

TEST_CASE("leaks are told with the longest holder") {
    AdviceInput input = ten_busy();
    input.status.leaks = 2;
    input.holders.push_back({SourceLocation::current("orders.cpp", 12, "place_order"), 4711, 61s, 1});
    const AdviceReport report = advise(input);
    REQUIRE(report.advice.size() == 1);
    CHECK(report.advice[0].current == "2 leaks");
    CHECK(contains(report.advice[0].evidence, "orders.cpp:12 (place_order)"));
}

TEST_CASE("sizes are proposed for a QueuePool only") {
    for (const PoolClass kind : {PoolClass::static_, PoolClass::singleton_thread, PoolClass::assertion})
        CHECK(proposed("pool_size", [kind](AdviceInput& in) {
                  in.status.pool_class = kind;
                  in.status.size = 1;
              }).empty());
}
