#include <sociable/pool/durations.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

namespace sociable {

namespace {

using std::chrono::nanoseconds;

constexpr int first_octave = 10;  // 2^10 ns
constexpr std::size_t last = Durations::bucket_count - 1;

nanoseconds begin_of(std::size_t bucket) noexcept {
    return bucket == 0 ? nanoseconds::zero() : Durations::end_of(bucket - 1);
}

}  // namespace

nanoseconds Durations::end_of(std::size_t bucket) noexcept {
    if (bucket >= last) return nanoseconds::max();
    const auto octave = static_cast<int>(bucket / 4) + first_octave;
    return nanoseconds(static_cast<std::int64_t>(4 + bucket % 4) << (octave - 2));
}

std::size_t Durations::bucket_of(nanoseconds duration) noexcept {
    const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
    if (ns < std::uint64_t{1} << first_octave) return 0;
    const int octave = static_cast<int>(std::bit_width(ns)) - 1;
    const auto quarter = static_cast<std::size_t>(ns >> (octave - 2) & 3);
    return std::min(4 * static_cast<std::size_t>(octave - first_octave) + quarter + 1, last);
}

nanoseconds Durations::mean() const noexcept {
    return count_ == 0 ? nanoseconds::zero() : sum_ / static_cast<std::int64_t>(count_);
}

nanoseconds Durations::percentile(double share) const noexcept {
    if (count_ == 0) return {};
    const double wanted = std::clamp(share, 0.0, 1.0) * static_cast<double>(count_);
    double before = 0;
    for (std::size_t i = 0; i < bucket_count; ++i) {
        const auto here = static_cast<double>(buckets_[i]);
        if (here > 0 && before + here >= wanted) {
            const nanoseconds begin = begin_of(i), end = std::min(end_of(i), std::max(longest_, begin));
            const double part = (wanted - before) / here;
            return begin + nanoseconds(std::llround(part * static_cast<double>((end - begin).count())));
        }
        before += here;
    }
    return longest_;
}

double Durations::variability() const noexcept {
    if (count_ == 0 || sum_.count() <= 0) return 0;
    const double mean = static_cast<double>(sum_.count()) / static_cast<double>(count_);
    double squares = 0;
    for (std::size_t i = 0; i < bucket_count; ++i) {
        if (buckets_[i] == 0) continue;
        const double begin = static_cast<double>(begin_of(i).count());
        const double end = static_cast<double>(std::min(end_of(i), std::max(longest_, begin_of(i))).count());
        const double off = (begin + end) / 2 - mean;
        squares += static_cast<double>(buckets_[i]) * off * off;
    }
    return std::sqrt(squares / static_cast<double>(count_)) / mean;
}

std::uint64_t Durations::below(std::size_t bucket) const noexcept {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i <= std::min(bucket, last); ++i) sum += buckets_[i];
    return sum;
}

void Durations::add(std::size_t bucket, std::uint64_t count) noexcept {
    buckets_[bucket] += count;
    count_ += count;
}

void Durations::add_longest(nanoseconds longest) noexcept { longest_ = std::max(longest_, longest); }

TimeSummary::TimeSummary(const Durations& of) noexcept
    : count(of.count()),
      mean(of.mean()),
      p50(of.percentile(0.5)),
      p95(of.percentile(0.95)),
      p99(of.percentile(0.99)),
      longest(of.longest()) {}

Durations Durations::since(const Durations& earlier) const noexcept {
    Durations part;
    for (std::size_t i = 0; i < bucket_count; ++i) {
        if (buckets_[i] <= earlier.buckets_[i]) continue;
        part.add(i, buckets_[i] - earlier.buckets_[i]);
        part.longest_ = std::min(end_of(i), longest_);
    }
    part.sum_ = std::max(sum_ - earlier.sum_, nanoseconds::zero());
    return part;
}

}  // namespace sociable
