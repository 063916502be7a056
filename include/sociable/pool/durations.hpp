#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sociable {

/// How often something was done and how long it took: a histogram from a microsecond to thirteen days, with four
/// buckets for each doubling, so that a percentile is off by at most an eighth.
///
/// Thread safety: a plain value.
class Durations {
public:
    static constexpr std::size_t bucket_count = 4 * 40 + 2;

    /// Where a bucket ends; it begins where the one before ends, and takes what is less than its end. The first ends at
    /// 1.024 us, the last never.
    static std::chrono::nanoseconds end_of(std::size_t bucket) noexcept;
    static std::size_t bucket_of(std::chrono::nanoseconds duration) noexcept;

    std::uint64_t count() const noexcept { return count_; }
    std::chrono::nanoseconds sum() const noexcept { return sum_; }
    /// Exact since the start; of a part of the time, off as a percentile is.
    std::chrono::nanoseconds longest() const noexcept { return longest_; }
    std::chrono::nanoseconds mean() const noexcept;
    /// What this share of them, from 0 to 1, did not exceed; within a bucket by interpolation. Zero when there are
    /// none.
    std::chrono::nanoseconds percentile(double share) const noexcept;
    /// The standard deviation over the mean, by the buckets' middles: 0 when all took as long, 1 when exponential.
    double variability() const noexcept;
    /// How many took less than the end of this bucket.
    std::uint64_t below(std::size_t bucket) const noexcept;

    void add(std::size_t bucket, std::uint64_t count) noexcept;
    void add_sum(std::chrono::nanoseconds sum) noexcept { sum_ += sum; }
    void add_longest(std::chrono::nanoseconds longest) noexcept;

    /// What has been added since `earlier`, an older reading of the same histogram.
    Durations since(const Durations& earlier) const noexcept;

private:
    std::array<std::uint64_t, bucket_count> buckets_{};
    std::uint64_t count_ = 0;
    std::chrono::nanoseconds sum_{0};
    std::chrono::nanoseconds longest_{0};
};

/// The usual figures of a histogram.
struct TimeSummary {
    explicit TimeSummary(const Durations& of = {}) noexcept;

    std::uint64_t count;
    std::chrono::nanoseconds mean, p50, p95, p99, longest;
};

/// What takes time in a pool.
struct PoolTimes {
    Durations wait;     ///< from asking for a connection until it is handed out
    Durations connect;  ///< opening one, with what is run on a new one; attempts that failed don't count
    Durations use;      ///< from handing it out until it comes back
    Durations ping;     ///< round trips that ask whether a connection works
    Durations reset;    ///< ending at return what was left open; only where something was
    std::chrono::nanoseconds period{0};  ///< in which all of this was measured
};

}  // namespace sociable
