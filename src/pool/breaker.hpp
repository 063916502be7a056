#pragma once

#include "pool/clock.hpp"

#include <sociable/errors/database_error.hpp>

#include <atomic>
#include <mutex>
#include <string>

namespace sociable::pool {

/// Remembers whether the database is known to be down, so that callers are told at once instead of each finding out.
/// It opens when connects have failed `threshold` times in a row, each with all its retries, and closes with the first
/// that succeeds. Thread-safe.
class Breaker {
public:
    static constexpr int threshold = 3;

    bool is_open() const noexcept { return open_.load(std::memory_order_relaxed); }
    /// @throws the last connect error, with its time, while open
    void check(const std::string& pool) const;
    [[noreturn]] void raise_last(const std::string& pool) const;
    /// True when this failure has opened it.
    bool failed(const DatabaseErrorInfo& error);
    void succeeded() noexcept;

private:
    std::atomic<bool> open_{false};  ///< read first, so that a closed one costs no lock
    mutable std::mutex mutex_;
    int failures_ = 0;
    Clock::time_point since_{};
    DatabaseErrorInfo last_;
};

}  // namespace sociable::pool
