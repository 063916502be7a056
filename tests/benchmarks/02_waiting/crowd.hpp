#pragma once

#include "../bench.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

/// Row 2: more threads than connections. Each takes one, holds it by sleeping, as it would sleep until a database
/// answers, returns it, and begins again.
namespace bench {

struct Crowd {
    int threads;
    int connections;
    std::chrono::microseconds hold;

    std::string name() const { return std::to_string(threads) + " threads on " + std::to_string(connections); }
};

inline const Crowd crowds[] = {{64, 8, std::chrono::microseconds(500)}, {32, 1, std::chrono::microseconds(200)}};

/// `borrow(held)` takes a connection, calls `held()`, and returns the connection. Prints how many did so in a second;
/// the wait that 99 of 100 don't exceed, and the longest; by how much a thread's count is off the mean at most. The
/// ideal wait is that of a queue that loses no time: everybody else's turn at what holding really took.
template <class F>
void measure(const Crowd& crowd, const std::string& contestant, F borrow) {
    using namespace std::chrono_literals;
    struct Thread {
        std::vector<float> waits;  // ms
        double held = 0;           // ms
    };
    std::vector<Thread> all(static_cast<std::size_t>(crowd.threads));
    std::atomic<bool> go = false, stop = false;
    std::vector<std::thread> threads;
    for (Thread& self : all)
        threads.emplace_back([&] {
            self.waits.reserve(1 << 16);
            while (!go) std::this_thread::yield();
            while (!stop) {
                const auto asked = Clock::now();
                borrow([&] {
                    const auto got = Clock::now();
                    std::this_thread::sleep_for(crowd.hold);
                    self.held += std::chrono::duration<double, std::milli>(Clock::now() - got).count();
                    self.waits.push_back(std::chrono::duration<float, std::milli>(got - asked).count());
                });
            }
        });
    const auto start = Clock::now();
    go = true;
    std::this_thread::sleep_for(quick ? 100ms : 2000ms);
    stop = true;
    for (std::thread& thread : threads) thread.join();
    const double took = std::chrono::duration<double>(Clock::now() - start).count();

    std::vector<float> waits;
    double held = 0;
    for (const Thread& thread : all) {
        waits.insert(waits.end(), thread.waits.begin(), thread.waits.end());
        held += thread.held;
    }
    std::sort(waits.begin(), waits.end());
    const auto count = static_cast<double>(waits.size());
    const double mean = count / crowd.threads;
    double off = 0;
    for (const Thread& thread : all)
        off = std::max(off, std::abs(static_cast<double>(thread.waits.size()) - mean) / mean);

    const std::string work = crowd.name();
    print(2, work + ", throughput", contestant, count / took, "/s");
    print(2, work + ", p99 wait", contestant, waits[waits.size() * 99 / 100], "ms");
    print(2, work + ", longest wait", contestant, waits.back(), "ms");
    print(2, work + ", unevenness", contestant, 100 * off, "%");
    const double ideal = (static_cast<double>(crowd.threads) / crowd.connections - 1) * held / count;
    print(2, work + ", p99 wait", "ideal of " + contestant, ideal, "ms");
    print(2, work + ", longest wait", "ideal of " + contestant, ideal, "ms");
}

}  // namespace bench
