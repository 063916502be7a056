#pragma once

namespace sociable {

/// A count that may be unlimited, which is written out: no number secretly means "no cap".
class Limit {
public:
    constexpr Limit(int count) noexcept : count_(count) {}  // implicit: options read `.pool_size = 10`
    static constexpr Limit unlimited() noexcept { return Limit(); }

    constexpr bool is_unlimited() const noexcept { return unlimited_; }
    /// Meaningful unless unlimited.
    constexpr int count() const noexcept { return count_; }

    constexpr bool operator==(const Limit&) const = default;

private:
    constexpr Limit() noexcept : unlimited_(true) {}
    int count_ = 0;
    bool unlimited_ = false;
};

inline constexpr Limit unlimited = Limit::unlimited();

}  // namespace sociable
