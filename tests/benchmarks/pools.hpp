#pragma once

#include "bench.hpp"

#include <sociable/sociable.hpp>

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <cstddef>
#include <deque>
#include <string>

/// The pools of rows 1 and 2: of connections that cost nothing.
namespace bench {

/// Ours, with default options but for the size. SQLite in memory would get a StaticPool.
inline sociable::Engine make_engine(std::size_t size, bool record_times = true) {
    return sociable::create_engine("sqlite://",
                                   {.pool_size = static_cast<int>(size),
                                    .max_overflow = 0,
                                    .pool_class = sociable::PoolClass::queue,
                                    .creator = [](soci::session& session) { session.open(soci::sqlite3, ":memory:"); },
                                    .pool_record_times = record_times});
}

/// SOCI's takes the lowest free slot, so that the last one is left.
inline void take_all_but_the_last(soci::connection_pool& pool, std::size_t size) {
    for (std::size_t i = 0; i + 1 < size; ++i) pool.lease();
}

inline std::deque<sociable::Connection> take_all_but_one(sociable::Engine& engine, std::size_t size) {
    std::deque<sociable::Connection> taken;
    for (std::size_t i = 0; i < size; ++i) taken.push_back(engine.connect());
    taken.pop_back();
    return taken;
}

}  // namespace bench
