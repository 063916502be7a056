#include "pool/fork_epoch.hpp"

#include <pthread.h>

#include <atomic>

namespace sociable::pool {

namespace {

std::atomic<unsigned> epoch{0};

[[maybe_unused]] const int registered =
    pthread_atfork(nullptr, nullptr, [] { epoch.fetch_add(1, std::memory_order_relaxed); });

}  // namespace

unsigned fork_epoch() noexcept { return epoch.load(std::memory_order_relaxed); }

}  // namespace sociable::pool
