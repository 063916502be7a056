#include "pool/breaker.hpp"

namespace sociable::pool {

void Breaker::check(const std::string& pool) const {
    if (is_open()) raise_last(pool);
}

void Breaker::raise_last(const std::string& pool) const {
    DatabaseErrorInfo error;
    {
        const std::lock_guard lock(mutex_);
        error = last_;
        const auto down = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - since_);
        error.message = "pool '" + pool + "': the database can't be reached since " + std::to_string(down.count()) +
                        " ms, and is being tried in the background; the last connect failed: " + last_.message;
    }
    raise(std::move(error));
}

bool Breaker::failed(const DatabaseErrorInfo& error) {
    const std::lock_guard lock(mutex_);
    if (failures_++ == 0) since_ = Clock::now();
    last_ = error;
    if (is_open() || failures_ < threshold) return false;
    open_.store(true, std::memory_order_relaxed);
    return true;
}

void Breaker::succeeded() noexcept {
    const std::lock_guard lock(mutex_);
    failures_ = 0;
    open_.store(false, std::memory_order_relaxed);
}

}  // namespace sociable::pool
