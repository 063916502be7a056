#include "support/thrown.hpp"

#include <sociable/health/queueing.hpp>

#include <cmath>
#include <limits>
#include <numbers>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Within this share of it.
doctest::Approx near(double expected, double tolerance) {
    return doctest::Approx(expected).epsilon(tolerance).scale(1e-9);
}

/// One with this many connections busy, each held for a second.
Workload busy(double connections, double variability = 1) { return {connections, 1s, variability}; }

/// The smallest pool in which at most this share waits, however long.
int connections_for_share(double connections_busy, double share) {
    return connections_for(busy(connections_busy), {.share_of_waiters = share, .p99_wait = Seconds(infinity)});
}

}  // namespace

TEST_CASE("Erlang's B is that of published tables") {
    CHECK(erlang_b(5, 10) == near(0.0184, 0.003));
    CHECK(erlang_b(3, 5) == near(0.1101, 0.001));
    CHECK(erlang_b(1, 2) == near(0.2, 1e-12));
    CHECK(erlang_b(4, 1) == near(0.8, 1e-12));

    // The traffic that so many lines carry when 1 % or 2 % of the calls are refused, as telephone engineers' tables
    // tell.
    struct Row {
        int lines;
        double at_1_percent, at_2_percent;
    };
    for (const Row& row : {Row{5, 1.361, 1.657}, Row{10, 4.461, 5.084}, Row{20, 12.03, 13.18}, Row{50, 37.90, 40.26},
                           Row{100, 84.06, 87.97}}) {
        CAPTURE(row.lines);
        CHECK(erlang_b(row.at_1_percent, row.lines) == near(0.01, 0.005));
        CHECK(erlang_b(row.at_2_percent, row.lines) == near(0.02, 0.005));
    }
}

TEST_CASE("Erlang's C is that of published tables") {
    CHECK(erlang_c(4, 5) == near(0.5541, 0.001));
    CHECK(erlang_c(1, 2) == near(1.0 / 3, 1e-12));
    CHECK(erlang_c(2, 3) == near(4.0 / 9, 1e-12));
    CHECK(erlang_c(8, 10) == near(0.4092, 0.001));
    CHECK(erlang_c(0.7, 1) == near(0.7, 1e-12));  // one server: its utilisation
}

TEST_CASE("forecasts are those of the tables of M/M/c") {
    struct Row {
        double utilisation;
        int connections;
        double share, mean, p99;
        double share_step, mean_step, p99_step;  // the last digit that is told
    };
    for (const Row& row : {Row{0.7, 4, .43, .36, 3.1, .01, .01, .1}, Row{0.7, 8, .27, .11, 1.4, .01, .01, .1},
                           Row{0.7, 16, .13, .03, .5, .01, .01, .1}, Row{0.7, 32, .04, .004, .14, .01, .001, .01},
                           Row{0.8, 4, .60, .75, 5.1, .01, .01, .1}, Row{0.8, 8, .46, .29, 2.4, .01, .01, .1},
                           Row{0.8, 16, .31, .10, 1.1, .01, .01, .1}, Row{0.8, 32, .16, .03, .4, .01, .01, .1},
                           Row{0.9, 4, .79, 2.0, 10.9, .01, .1, .1}, Row{0.9, 8, .70, .88, 5.3, .01, .01, .1},
                           Row{0.9, 16, .59, .37, 2.6, .01, .01, .1}, Row{0.9, 32, .46, .14, 1.2, .01, .01, .1}}) {
        CAPTURE(row.utilisation);
        CAPTURE(row.connections);
        const QueueForecast f = forecast(busy(row.utilisation * row.connections), row.connections);
        CHECK(f.utilisation == near(row.utilisation, 1e-12));
        CHECK(std::abs(f.share_of_waiters - row.share) < row.share_step);
        CHECK(std::abs(f.mean_wait.count() - row.mean) < row.mean_step);
        CHECK(std::abs(f.p99_wait.count() - row.p99) < row.p99_step);
    }
}

TEST_CASE("as many connections as the tables tell keep the share of waiters") {
    struct Row {
        double busy;
        int at_20_percent, at_5_percent;
    };
    for (const Row& row : {Row{2, 4, 6}, Row{5, 8, 10}, Row{10, 14, 17}, Row{20, 26, 29}, Row{50, 58, 64}}) {
        CAPTURE(row.busy);
        CHECK(connections_for_share(row.busy, 0.20) == row.at_20_percent);
        CHECK(connections_for_share(row.busy, 0.05) == row.at_5_percent);
    }
}

TEST_CASE("one connection has the mean wait of Pollaczek and Khinchine") {
    for (const double variability : {0.0, 0.5, 1.0, 3.0})
        CHECK(forecast(busy(0.8, variability), 1).mean_wait.count() ==
              near(0.8 * (1 + variability * variability) / 2 / (1 - 0.8), 1e-12));
}

TEST_CASE("the time of a wait goes with the hold time, its share doesn't") {
    const QueueForecast fast = forecast({200, 50ms}, 12);
    const QueueForecast slow = forecast({20, 500ms}, 12);
    CHECK(fast.busy == near(10, 1e-12));
    CHECK(fast.share_of_waiters == near(slow.share_of_waiters, 1e-12));
    CHECK(10 * fast.mean_wait.count() == near(slow.mean_wait.count(), 1e-12));
    CHECK(10 * fast.p99_wait.count() == near(slow.p99_wait.count(), 1e-12));
}

TEST_CASE("more connections never wait longer, more requests never shorter") {
    for (const double variability : {0.0, 1.0, 4.0}) {
        QueueForecast last = forecast(busy(20, variability), 21);
        for (int connections = 22; connections < 60; ++connections) {
            const QueueForecast f = forecast(busy(20, variability), connections);
            CHECK(f.share_of_waiters < last.share_of_waiters);
            CHECK(f.mean_wait < last.mean_wait);
            CHECK(f.p50_wait <= last.p50_wait);
            CHECK(f.p95_wait <= last.p95_wait);
            CHECK(f.p99_wait <= last.p99_wait);
            last = f;
        }
        int connections = 1;
        for (double load = 0.1; load < 100; load *= 1.3) {
            const int needed = connections_for(busy(load, variability));
            CHECK(needed >= connections);
            connections = needed;
        }
    }
}

TEST_CASE("the smallest pool that meets a goal meets it, and one connection less doesn't") {
    for (const double load : {0.01, 0.5, 1.0, 3.7, 10.0, 64.0, 1000.0})
        for (const WaitGoal goal : {WaitGoal{}, WaitGoal{1, 10ms}, WaitGoal{0.001, Seconds(infinity)},
                                    WaitGoal{1, Seconds(infinity)}, WaitGoal{0.5, 0s}}) {
            CAPTURE(load);
            const auto met_by = [&](int connections) {
                const QueueForecast f = forecast(busy(load), connections);
                return f.stable && f.share_of_waiters <= goal.share_of_waiters && f.p99_wait <= goal.p99_wait;
            };
            const int connections = connections_for(busy(load), goal);
            CHECK(met_by(connections));
            if (connections > 1) CHECK_FALSE(met_by(connections - 1));
        }
}

TEST_CASE("thousands of connections are computed as well as ten") {
    // The share of waiters stays where the square-root rule puts it: Halfin and Whitt, "Heavy-traffic limits for queues
    // with many exponential servers" (1981), for 1 and 2 standard deviations beyond what is busy.
    for (const double load : {10'000.0, 250'000.0}) {
        const double deviation = std::sqrt(load);
        CHECK(erlang_c(load, static_cast<int>(load + deviation)) == near(0.2234, 0.02));
        CHECK(erlang_c(load, static_cast<int>(load + 2 * deviation)) == near(0.0268, 0.04));
    }
    CHECK(erlang_b(1'000'000, 1'000'000) == near(std::sqrt(2 / (std::numbers::pi * 1'000'000)), 0.01));
    CHECK(erlang_b(10, 1'000'000'000) == 0);
    CHECK(connections_for(busy(1'000'000)) > 1'000'000);
}

TEST_CASE("a goal that allows next to no waiting is met") {
    const int connections = connections_for(busy(10), {.share_of_waiters = 1e-300, .p99_wait = 0s});
    CHECK(connections > 100);
    CHECK(connections < 1000);
}

TEST_CASE("without requests, and with requests that take no time, nobody waits") {
    for (const Workload& idle : {Workload{}, Workload{0, 1h}, Workload{1e9, 0s}}) {
        const QueueForecast f = forecast(idle, 1);
        CHECK(f.busy == 0);
        CHECK(f.utilisation == 0);
        CHECK(f.stable);
        CHECK(f.share_of_waiters == 0);
        CHECK(f.mean_wait == 0s);
        CHECK(f.p99_wait == 0s);
        CHECK(connections_for(idle) == 1);
    }
}

TEST_CASE("overload is told, and its waits are infinite") {
    for (const double load : {5.0, 5.001, 1000.0}) {
        const QueueForecast f = forecast(busy(load, 0), 5);
        CHECK_FALSE(f.stable);
        CHECK(f.utilisation == near(load / 5, 1e-12));
        CHECK(f.share_of_waiters == 1);
        for (const Seconds wait : {f.mean_wait, f.p50_wait, f.p95_wait, f.p99_wait}) CHECK(wait.count() == infinity);
    }
    const QueueForecast nearly = forecast(busy(4.999999), 5);
    CHECK(nearly.stable);
    CHECK(std::isfinite(nearly.p99_wait.count()));
}

TEST_CASE("what is no workload, no pool or no goal is refused, and the field is named") {
    const auto workload_error = [](const Workload& workload) {
        return text_of<ArgumentError>([&] { forecast(workload, 5); });
    };
    for (const double bad : {-1.0, infinity, not_a_number}) {
        CHECK(contains(workload_error({bad, 1s}), "arrivals_per_second"));
        CHECK(contains(workload_error({1, Seconds(bad)}), "hold_time"));
        CHECK(contains(workload_error({1, 1s, bad}), "variability"));
        CHECK(contains(text_of<ArgumentError>([&] { erlang_b(bad, 5); }), "busy"));
        CHECK(contains(text_of<ArgumentError>([&] { erlang_c(bad, 5); }), "busy"));
    }
    CHECK(contains(workload_error({1, 1s, 1001}), "variability"));
    CHECK(contains(workload_error({1e200, Seconds(1e200)}), "more than a million connections"));
    for (const int bad : {0, -1, std::numeric_limits<int>::min()})
        CHECK(contains(text_of<ArgumentError>([&] { forecast(busy(1), bad); }), "connections must be at least 1"));
    CHECK(contains(text_of<ArgumentError>([&] { erlang_b(1, -1); }), "connections must be at least 0"));

    const auto goal_error = [](const WaitGoal& goal) {
        return text_of<ArgumentError>([&] { connections_for(busy(1), goal); });
    };
    for (const double bad : {0.0, -0.1, 1.1, not_a_number})
        CHECK(contains(goal_error({.share_of_waiters = bad}), "share_of_waiters"));
    for (const double bad : {-1.0, not_a_number}) CHECK(contains(goal_error({.p99_wait = Seconds(bad)}), "p99_wait"));
}
