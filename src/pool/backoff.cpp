#include "pool/backoff.hpp"

#include <algorithm>
#include <random>

namespace sociable::pool {

double random_share() {
    thread_local std::minstd_rand generator(std::random_device{}());
    return std::uniform_real_distribution<double>(0, 1)(generator);
}

std::chrono::nanoseconds Backoff::next() {
    const auto whole = std::min(next_, most_);
    next_ = whole * 2;
    return std::chrono::duration_cast<std::chrono::nanoseconds>(whole * (1 - random_share() / 2));
}

}  // namespace sociable::pool
