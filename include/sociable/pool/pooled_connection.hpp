#pragma once

#include <sociable/errors/holder.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace sociable {

/// A connection of a pool, as it is now.
struct PooledConnection {
    std::uint64_t connection_id = 0;    ///< counts those that the pool has opened; 0 while it is being opened
    std::chrono::milliseconds age{0};   ///< since it was opened
    std::uint64_t checkouts = 0;        ///< of this connection
    std::optional<Holder> holder{};     ///< who uses it, or opens it
    std::chrono::milliseconds idle{0};  ///< since it came back, or was opened; zero when somebody has it
};

}  // namespace sociable
