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
    int connecting_limit = 2;
    int connect_retries = 3;
    std::chrono::milliseconds connect_backoff{100};  ///< before the first retry; doubles
    std::optional<std::chrono::milliseconds> recycle{};
    bool pre_ping = false;
    std::chrono::milliseconds ping_after_idle{1000};
    std::chrono::milliseconds ping_timeout{1000};
    bool require_primary = false;
    int min_idle = 0;
    std::optional<std::chrono::milliseconds> max_idle_time{};
    std::optional<std::chrono::milliseconds> health_check_interval{};
    std::optional<std::chrono::milliseconds> leak_threshold{};
    ResetOnReturn reset_on_return = ResetOnReturn::rollback;
    bool reset_session = false;
    std::vector<std::string> init_sql{};
    std::vector<std::string> warm_up_sql{};
    std::function<void(soci::session&)> creator{};
    std::size_t statement_cache_size = 100;
    bool record_times = true;
    /// By how much the pool's clock is ahead: of tests that need time to pass.
    std::function<Clock::duration()> ahead{};

    /// What the pool's clock shows at that time, and now.
    Clock::time_point at(Clock::time_point time) const { return ahead ? time + ahead() : time; }
    Clock::time_point now() const { return at(Clock::now()); }
};

}  // namespace sociable::pool
