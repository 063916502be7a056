#pragma once

#include "pool/slot.hpp"

#include <sociable/pool/limit.hpp>
#include <sociable/pool/pool_class.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace soci {
class session;
}

namespace sociable::pool {

/// What a pool is made with: the options with their defaults filled in.
struct Settings {
    std::string name;
    PoolClass pool_class = PoolClass::queue;
    std::string reason;  ///< why this class
    Limit size = 5;
    Limit max_overflow = 10;
    bool lifo = false;
    std::chrono::milliseconds timeout{30000};
    std::optional<int> max_waiting{};
    std::optional<std::chrono::milliseconds> recycle{};
    bool pre_ping = false;
    ResetOnReturn reset_on_return = ResetOnReturn::rollback;
    bool reset_session = false;
    std::vector<std::string> init_sql{};
    std::function<void(soci::session&)> creator{};
    std::size_t statement_cache_size = 100;
    /// Replaced by tests that need time to pass.
    std::function<Clock::time_point()> clock = [] { return Clock::now(); };
};

}  // namespace sociable::pool
