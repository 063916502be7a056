#include <sociable/errors/timeout_error.hpp>

#include <utility>

namespace sociable {

namespace {

std::string describe(const TimeoutInfo& info) {
    std::string text = "pool '" + info.pool + "': no connection came free in " +
                       std::to_string(info.waited.count()) + " ms (size " + std::to_string(info.size) +
                       ", overflow " + std::to_string(info.overflow) + ", checked out " +
                       std::to_string(info.checked_out) + ", waiting " + std::to_string(info.waiters) + ')';
    if (!info.last_connect_error.empty()) text += "; the last connect failed: " + info.last_connect_error;
    return text;
}

}  // namespace

TimeoutError::TimeoutError(TimeoutInfo info) : Error(describe(info)), info_(std::move(info)) {}

}  // namespace sociable
