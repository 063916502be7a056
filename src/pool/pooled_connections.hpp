#pragma once

#include "pool/slot_storage.hpp"

#include <sociable/pool/pooled_connection.hpp>

#include <vector>

namespace sociable::pool {

/// The connections of `storage` at the time `now`, those opened first first. Each is of one moment or, when it is just
/// being opened or closed, may be missing; while all are read, others come and go.
std::vector<PooledConnection> pooled_connections(const SlotStorage& storage, Clock::time_point now);

}  // namespace sociable::pool
