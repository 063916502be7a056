#include "pool/histogram.hpp"
#include "pool/recent_times.hpp"
#include "support/threads.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace sociable;
using namespace sociable::pool;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

Durations of(const std::vector<nanoseconds>& durations) {
    Histogram<> histogram;
    for (const nanoseconds d : durations) histogram.add(d);
    return histogram.read();
}

std::vector<nanoseconds> random(int count, double sigma) {
    std::mt19937 engine(7);
    std::lognormal_distribution<double> milliseconds(1, sigma);
    std::vector<nanoseconds> all;
    for (int i = 0; i < count; ++i) all.emplace_back(std::llround(1e6 * milliseconds(engine)));
    return all;
}

double ratio(nanoseconds a, nanoseconds b) { return static_cast<double>(a.count()) / static_cast<double>(b.count()); }

}  // namespace

TEST_CASE("each bucket of a histogram begins where the one before ends, and is at most a quarter wide") {
    CHECK(Durations::bucket_of(-1ns) == 0);
    CHECK(Durations::bucket_of(0ns) == 0);
    CHECK(Durations::end_of(0) == 1024ns);
    for (std::size_t i = 0; i + 1 < Durations::bucket_count; ++i) {
        const nanoseconds end = Durations::end_of(i);
        CHECK(Durations::bucket_of(end - 1ns) == i);
        CHECK(Durations::bucket_of(end) == i + 1);
        if (i > 0) CHECK(ratio(end, Durations::end_of(i - 1)) <= 1.25);
    }
    CHECK(Durations::bucket_of(nanoseconds::max()) == Durations::bucket_count - 1);
}

TEST_CASE(
    "a histogram's percentiles are those of the durations, to an eighth; count, sum, mean and longest are exact") {
    for (const double sigma : {0.1, 1.0, 2.0}) {
        std::vector<nanoseconds> all = random(20000, sigma);
        const Durations d = of(all);
        std::sort(all.begin(), all.end());
        CHECK(d.count() == all.size());
        CHECK(d.longest() == all.back());
        nanoseconds sum{0};
        for (const nanoseconds each : all) sum += each;
        CHECK(d.sum() == sum);
        CHECK(d.mean() == sum / 20000);
        for (const double share : {0.1, 0.5, 0.95, 0.99}) {
            const nanoseconds exact = all[static_cast<std::size_t>(share * 20000) - 1];
            CHECK(ratio(d.percentile(share), exact) == doctest::Approx(1).epsilon(0.125));
        }
        CHECK(d.percentile(1) == all.back());
    }
}

TEST_CASE("a histogram of nothing is nothing, and of one is that one") {
    const Durations none;
    CHECK(none.count() == 0);
    CHECK(none.percentile(0.99) == 0ns);
    CHECK(none.mean() == 0ns);
    CHECK(none.variability() == 0);
    const Durations one = of({3ms});
    CHECK(one.percentile(1) == 3ms);
    CHECK(one.mean() == 3ms);
    CHECK(one.longest() == 3ms);
}

TEST_CASE("the variability of durations is their standard deviation over their mean") {
    CHECK(of(std::vector<nanoseconds>(100, 10ms)).variability() < 0.125);
    std::mt19937 engine(7);
    std::exponential_distribution<double> milliseconds(0.2);
    std::vector<nanoseconds> all;
    for (int i = 0; i < 50000; ++i) all.emplace_back(std::llround(1e6 * milliseconds(engine)));
    CHECK(of(all).variability() == doctest::Approx(1).epsilon(0.05));
}

TEST_CASE("what a histogram has below the end of a bucket grows to all that it has") {
    const Durations d = of({1us, 2us, 3us, 4us, 1h});
    CHECK(d.below(Durations::bucket_of(500ns)) == 1);
    CHECK(d.below(Durations::bucket_of(3us)) == 3);
    CHECK(d.below(Durations::bucket_count - 1) == 5);
    CHECK(d.below(Durations::bucket_count) == 5);
}

TEST_CASE("a histogram counts what threads add at the same time") {
    Histogram<4> histogram;
    sociable::test::in_parallel(8, [&](int thread) {
        for (int i = 0; i < 5000; ++i) histogram.add(std::chrono::microseconds(i), static_cast<std::uint32_t>(thread));
    });
    const Durations d = histogram.read();
    CHECK(d.count() == 40000);
    CHECK(d.sum() == 8 * 4999us * 5000 / 2);
    CHECK(d.longest() == 4999us);
}

TEST_CASE("the last minute is what was added in it, with pauses of any length") {
    Histogram<> uses;
    RecentTimes recent([&] {
        PoolTimes times;
        times.use = uses.read();
        return times;
    });
    const auto begin = Clock::time_point(1h);
    const auto use = [&](std::chrono::seconds at) {
        recent.use(begin + at);
        uses.add(at == 0s ? nanoseconds(1us) : nanoseconds(at));
    };
    const auto count = [&](std::chrono::seconds at) { return recent.last_minute(begin + at).use.count(); };
    CHECK(count(0s) == 0);
    use(0s);
    CHECK(count(0s) == 1);
    CHECK(count(59s) == 1);
    CHECK(count(70s) == 0);
    for (int i = 100; i < 200; ++i) use(std::chrono::seconds(i));
    CHECK(count(200s) >= 60);
    CHECK(count(200s) <= 65);
    CHECK(recent.last_minute(begin + 200s).use.percentile(0) >= 120s);
    CHECK(count(230s) >= 30);
    CHECK(count(230s) <= 35);
    CHECK(count(300s) == 0);
    use(1000s);
    CHECK(count(1000s) == 1);
    CHECK(uses.read().count() == 102);
}
