#pragma once

#include "bench.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace bench {

/// How often per millisecond `count` threads together call `once` in `time`.
template <class F>
double calls_per_millisecond(int count, std::chrono::milliseconds time, F once) {
    std::atomic<bool> stop = false;
    std::vector<std::uint64_t> calls(static_cast<std::size_t>(count) * 8);  // each on a cache line of its own
    std::vector<std::thread> threads;
    const auto start = Clock::now();
    for (int i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            std::uint64_t done = 0;
            while (!stop.load(std::memory_order_relaxed)) once(), ++done;
            calls[static_cast<std::size_t>(i) * 8] = done;
        });
    std::this_thread::sleep_for(time);
    stop = true;
    for (std::thread& thread : threads) thread.join();
    const std::chrono::duration<double, std::milli> took = Clock::now() - start;
    std::uint64_t sum = 0;
    for (const std::uint64_t done : calls) sum += done;
    return static_cast<double>(sum) / took.count();
}

}  // namespace bench
