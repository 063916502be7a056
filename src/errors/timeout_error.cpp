#include <sociable/errors/timeout_error.hpp>

#include <algorithm>
#include <utility>

namespace sociable {

namespace {

constexpr std::size_t most_holders = 3;

std::string describe(const TimeoutInfo& info) {
    const auto number = [](auto n) { return std::to_string(n); };
    std::string text = "pool '" + info.pool + "': no connection came free in " + number(info.waited.count()) +
                       " ms (size " + number(info.size) + ", overflow " + number(info.overflow) + ", checked out " +
                       number(info.checked_out) + ", opening " + number(info.opening) + ", waiting " +
                       number(info.waiters) + ", oldest wait " + number(info.oldest_wait.count()) + " ms)";
    if (info.suspended) text += "; the pool is suspended";
    if (!info.last_connect_error.empty()) text += "; the last connect failed: " + info.last_connect_error;
    const std::size_t told = std::min(info.holders.size(), most_holders);
    for (std::size_t i = 0; i < told; ++i) text += (i == 0 ? "; held longest: " : "; ") + to_string(info.holders[i]);
    return text;
}

}  // namespace

TimeoutError::TimeoutError(TimeoutInfo info) : Error(describe(info)), info_(std::move(info)) {}

}  // namespace sociable
