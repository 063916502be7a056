#pragma once

#include <chrono>
#include <memory>

namespace sociable::pool {

class PoolCore;

/// Has `pool` maintained every `period`, by the one thread that does so for all pools of the process. The thread starts
/// with the first pool and ends with the last. @throws std::bad_alloc, std::system_error
void start_upkeep(const std::shared_ptr<PoolCore>& pool, std::chrono::milliseconds period);
/// Ends it, at once unless it is under way.
void end_upkeep(const PoolCore& pool) noexcept;

}  // namespace sociable::pool
