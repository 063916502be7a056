#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

/// What the programs of all rows share: each prints one line of JSON for each measurement, which report.py reads.
namespace bench {

using Clock = std::chrono::steady_clock;

/// Set by `run.sh --quick`: only to see that everything runs.
inline const bool quick = std::getenv("SOCIABLE_BENCHMARK_QUICK") != nullptr;

/// `work` tells apart what a row measures several of. It and `contestant` are plain words: nothing is escaped.
inline void print(int row, const std::string& work, const std::string& contestant, double value, const char* unit) {
    std::printf(R"({"row": %d, "work": "%s", "contestant": "%s", "value": %.6g, "unit": "%s"})"
                "\n",
                row, work.c_str(), contestant.c_str(), value, unit);
    std::fflush(stdout);
}

/// The value that a quarter of them are below.
inline double quartile(std::vector<double> values) {
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 4);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// The time of one call of `f`, which does its work once, over a whole stretch of calls.
template <class F>
double seconds(F&& f) {
    const auto start = Clock::now();
    f();
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Keeps the compiler from leaving out what computes `value`.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "g"(&value) : "memory");
}

/// Somebody who can do the work; `run(n)` does it n times. `prepare` runs before, outside the time that is taken.
struct Contestant {
    std::string name;
    std::function<void(std::size_t)> run;
    std::function<void()> prepare = [] {};
};

/// Makes a contestant of a function that does the work once.
template <class F>
Contestant contestant(
    std::string name, F once, std::function<void()> prepare = [] {}) {
    const auto run = [once = std::move(once)](std::size_t n) mutable {
        while (n-- > 0) once();
    };
    return {std::move(name), run, std::move(prepare)};
}

/// Lets all do the work in turn, in stretches of a millisecond and at least 50 calls, for half a second each, and
/// prints the lower quartile of each one's times, in nanoseconds. Such short turns meet the same noise, and many of
/// them none.
inline void in_turn(int row, const std::string& work, std::vector<Contestant> contestants, std::size_t calls = 50) {
    struct Turns {
        std::size_t calls;
        double took = 0;
        std::vector<double> times{};
    };
    const auto run = [&](std::size_t i, Turns& turns) {
        contestants[i].prepare();
        return turns.took = seconds([&] { contestants[i].run(turns.calls); });
    };
    std::vector<Turns> all(contestants.size(), Turns{calls});
    double longest = 0;
    for (std::size_t i = 0; i < contestants.size(); ++i) {
        run(i, all[i]);  // warms up
        while (run(i, all[i]) < 1e-3) all[i].calls *= 2;
        longest = std::max(longest, all[i].took);
    }
    const int turns = quick ? 3 : std::clamp(static_cast<int>(0.5 / longest), 3, 301);
    for (int turn = 0; turn < turns; ++turn)
        for (std::size_t i = 0; i < contestants.size(); ++i)
            all[i].times.push_back(run(i, all[i]) / static_cast<double>(all[i].calls) * 1e9);
    for (std::size_t i = 0; i < contestants.size(); ++i)
        print(row, work, contestants[i].name, quartile(std::move(all[i].times)), "ns");
}

}  // namespace bench
