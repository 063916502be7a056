#include "support/thrown.hpp"

#include <sociable/health/queueing.hpp>
#include <sociable/health/simulation.hpp>

#include <cmath>
#include <limits>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

/// Within this share of it.
doctest::Approx near(double expected, double tolerance) {
    return doctest::Approx(expected).epsilon(tolerance).scale(1e-9);
}

}  // namespace

TEST_CASE("the simulation and the formulas agree where these are exact") {
    // The tolerances are some three standard errors; the seed is fixed, so that the test can't fail by chance.
    struct Case {
        double busy;
        int connections;
    };
    for (const Case& c :
         {Case{0.5, 1}, Case{0.8, 1}, Case{1, 2}, Case{4, 5}, Case{10, 14}, Case{10, 17}, Case{40, 45}}) {
        CAPTURE(c.connections);
        const Workload workload{c.busy * 10, 100ms};
        const QueueForecast expected = forecast(workload, c.connections);
        const SimulatedWaits waits = simulate(workload, c.connections, {.requests = 200'000});
        CHECK(waits.share_of_waiters() == near(expected.share_of_waiters, 0.05));
        CHECK(waits.mean().count() == near(expected.mean_wait.count(), 0.08));
        CHECK(waits.percentile(0.50).count() == near(expected.p50_wait.count(), 0.08));
        CHECK(waits.percentile(0.95).count() == near(expected.p95_wait.count(), 0.08));
        CHECK(waits.percentile(0.99).count() == near(expected.p99_wait.count(), 0.10));
    }
}

TEST_CASE("the correction for variability is exact for the mean wait at one connection") {
    for (const double variability : {0.0, 0.5, 2.0}) {
        CAPTURE(variability);
        const Workload workload{7, 100ms, variability};
        CHECK(simulate(workload, 1, {.requests = 200'000}).mean().count() ==
              near(forecast(workload, 1).mean_wait.count(), 0.06));
    }
}

TEST_CASE("the correction for variability is near the mean wait of a busy pool") {
    for (const double variability : {0.0, 0.5, 2.0}) {
        CAPTURE(variability);
        const Workload workload{90, 100ms, variability};
        const SimulatedWaits waits = simulate(workload, 10, {.requests = 200'000});
        const QueueForecast expected = forecast(workload, 10);
        CHECK(waits.mean().count() == near(expected.mean_wait.count(), 0.15));
        CHECK(waits.percentile(0.99).count() == near(expected.p99_wait.count(), 0.15));
    }
}

TEST_CASE("the same seed gives the same waits, another seed others") {
    const Workload workload{8, 1s, 2};
    const auto of_seed = [&](std::uint64_t seed) {
        return simulate(workload, 10, {.requests = 1000, .seed = seed}).sorted();
    };
    CHECK(of_seed(1) == of_seed(1));
    CHECK(of_seed(1) != of_seed(2));
}

TEST_CASE("users who have a connection each never wait, with fewer connections less than without a limit") {
    const Workload overload{30, 1s};
    CHECK(simulate(overload, 20, {.requests = 10'000, .users = 20}).share_of_waiters() == 0);
    CHECK(simulate(overload, 20, {.requests = 10'000, .users = 1}).percentile(1) == 0s);

    // In overload all users are in the pool, where each waits for its turn: (users - connections) / connections.
    const SimulatedWaits waits = simulate(overload, 20, {.requests = 200'000, .users = 30});
    CHECK(waits.share_of_waiters() > 0.99);
    CHECK(waits.mean().count() == near(0.5, 0.03));

    const Workload busy{18, 1s};
    for (const int users : {21, 25, 40}) {
        const double shorter = 1 - std::pow(0.9, users - 20);
        CHECK(simulate(busy, 20, {.users = users}).mean().count() ==
              near(forecast(busy, 20).mean_wait.count() * shorter, 0.05));
    }
    CHECK(simulate(busy, 20, {.requests = 1000, .users = 500}).sorted() ==
          simulate(busy, 20, {.requests = 1000}).sorted());
}

TEST_CASE("the waits of an overload grow with its length") {
    const Workload overload{30, 1s};
    const Seconds of_short = simulate(overload, 20, {.requests = 10'000}).mean();
    const Seconds of_long = simulate(overload, 20, {.requests = 100'000}).mean();
    CHECK(of_long > 5 * of_short);
}

TEST_CASE("the extremes of a workload can be simulated") {
    CHECK(simulate({0, 1h}, 1, {.requests = 100}).percentile(1) == 0s);
    CHECK(simulate({1e9, 0s}, 1, {.requests = 100}).percentile(1) == 0s);
    CHECK(simulate({1e-310, 1s}, 1, {.requests = 100}).percentile(1) == 0s);
    CHECK(simulate({1, 1s, 0}, 1'000'000'000, {.requests = 1, .users = 1'000'000'000}).sorted().size() == 1);
    for (const double variability : {1e-200, 1e-9, 1000.0})
        for (const double wait : simulate({8, 1s, variability}, 10, {.requests = 1000}).sorted())
            CHECK(std::isfinite(wait));
}

TEST_CASE("percentiles are the waits that such a share does not exceed") {
    const SimulatedWaits waits({0.4, 0, 0.1, 0.3});
    CHECK(waits.sorted() == std::vector<double>{0, 0.1, 0.3, 0.4});
    CHECK(waits.share_of_waiters() == 0.75);
    CHECK(waits.mean().count() == near(0.2, 1e-12));
    CHECK(waits.percentile(0) == 0s);
    CHECK(waits.percentile(0.25) == 0s);
    CHECK(waits.percentile(0.26) == 100ms);
    CHECK(waits.percentile(0.75) == 300ms);
    CHECK(waits.percentile(1) == 400ms);
}

TEST_CASE("what can't be simulated is refused, and named") {
    const auto error = [](const Workload& workload, int connections, const SimulationOptions& options) {
        return text_of<ArgumentError>([&] { simulate(workload, connections, options); });
    };
    CHECK(contains(error({-1, 1s}, 1, {}), "arrivals_per_second"));
    CHECK(contains(error({1, 1s}, 0, {}), "connections must be at least 1"));
    CHECK(contains(error({1, 1s}, 1, {.requests = 0}), "requests must be at least 1"));
    CHECK(contains(error({1, 1s}, 1, {.users = 0}), "users must be at least 1"));
    CHECK(contains(text_of<ArgumentError>([] { SimulatedWaits({}); }), "at least one wait"));
    for (const double bad : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()})
        CHECK(contains(text_of<ArgumentError>([&] { SimulatedWaits({1}).percentile(bad); }), "from 0 to 1"));
}
