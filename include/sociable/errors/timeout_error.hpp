#pragma once

#include <sociable/errors/error.hpp>
#include <sociable/errors/holder.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace sociable {

/// What the pool looked like when a checkout gave up waiting.
struct TimeoutInfo {
    std::string pool;     ///< the pool's name
    int size = 0;         ///< connections that the pool keeps
    int overflow = 0;     ///< connections beyond them that are open now
    int checked_out = 0;  ///< connections in use
    int opening = 0;      ///< connections that are being opened
    int waiters = 0;      ///< checkouts that were waiting, this one among them
    std::chrono::milliseconds waited{0};
    std::chrono::milliseconds oldest_wait{0};  ///< the longest wait under way, this one's at least
    bool suspended = false;                    ///< the pool was suspended
    std::string last_connect_error;            ///< empty when the last connect succeeded
    std::vector<Holder> holders;               ///< of the connections in use, longest first
};

/// No connection came free within `pool_timeout`.
class TimeoutError : public Error {
public:
    explicit TimeoutError(TimeoutInfo info);

    const TimeoutInfo& info() const noexcept { return info_; }

private:
    TimeoutInfo info_;
};

/// `pool_max_waiting` checkouts are waiting for connections in use already, so that this one did not start to.
class QueueFullError : public Error {
public:
    using Error::Error;
};

}  // namespace sociable
