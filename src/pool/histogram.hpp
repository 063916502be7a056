#pragma once

#include <sociable/pool/durations.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace sociable::pool {

/// Counts durations while other threads read them. Relaxed order: each figure stands for itself, and a reading may have
/// a duration in one figure and not yet in another.
///
/// Where many threads count at the same moment it has several parts, so that they don't wait for each other's cache
/// line: it costs two uncontended atomic additions.
template <std::size_t Parts = 1>
class Histogram {
public:
    /// `key` spreads the callers over the parts: the number of the slot.
    void add(std::chrono::nanoseconds duration, std::uint32_t key = 0) noexcept {
        Part& part = parts_[key % Parts];
        part.buckets[Durations::bucket_of(duration)].fetch_add(1, std::memory_order_relaxed);
        part.sum.fetch_add(duration.count(), std::memory_order_relaxed);
        std::int64_t longest = longest_.load(std::memory_order_relaxed);
        while (duration.count() > longest &&
               !longest_.compare_exchange_weak(longest, duration.count(), std::memory_order_relaxed)) {
        }
    }

    Durations read() const noexcept {
        Durations all;
        for (const Part& part : parts_) {
            for (std::size_t i = 0; i < part.buckets.size(); ++i)
                all.add(i, part.buckets[i].load(std::memory_order_relaxed));
            all.add_sum(std::chrono::nanoseconds(part.sum.load(std::memory_order_relaxed)));
        }
        all.add_longest(std::chrono::nanoseconds(longest_.load(std::memory_order_relaxed)));
        return all;
    }

private:
    struct alignas(64) Part {
        std::array<std::atomic<std::uint64_t>, Durations::bucket_count> buckets{};
        std::atomic<std::int64_t> sum{0};
    };

    std::array<Part, Parts> parts_{};
    alignas(64) std::atomic<std::int64_t> longest_{0};
};

}  // namespace sociable::pool
