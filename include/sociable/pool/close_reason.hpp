#pragma once

#include <cstddef>
#include <string_view>

namespace sociable {

/// Why a pool closed a connection.
enum class CloseReason {
    invalidated,   ///< found dead, or invalidated by the user
    expired,       ///< older than pool_recycle
    outdated,      ///< replaced after invalidate(), reconnect() or dispose(), or with a dead one beside it
    idle,          ///< idle for longer than pool_max_idle_time
    not_kept,      ///< come back when enough were idle, or to a pool that keeps none
    failed_start,  ///< opened, but init_sql or a listener failed
    failed_reset,  ///< what was left open could not be ended at return
    detached       ///< the user's own, and closed by the user
};

inline constexpr std::size_t close_reason_count = 8;

/// "invalidated", "not kept", ...
std::string_view to_string(CloseReason reason) noexcept;

}  // namespace sociable
