#include "pool/fork_epoch.hpp"

#include <pthread.h>

namespace sociable::pool {

namespace detail {
constinit std::atomic<unsigned> fork_epoch{0};
}

namespace {

[[maybe_unused]] const int registered =
    pthread_atfork(nullptr, nullptr, [] { detail::fork_epoch.fetch_add(1, std::memory_order_relaxed); });

}  // namespace

}  // namespace sociable::pool
