#pragma once

#include "pool/slot.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace sociable::pool {

/// The slots of a pool, in SOCI connection pools. It grows by whole SOCI pools, each twice the last, so that a slot
/// never moves; it never shrinks.
///
/// Thread safety: every member may be called by several threads at once.
class SlotStorage {
public:
    /// @param first  slots in the first SOCI pool: the most connections a bounded pool may open
    SlotStorage(std::size_t first, std::size_t statement_cache_size);
    ~SlotStorage();

    /// An unconnected slot. @throws std::bad_alloc
    Slot& take();
    /// Takes back a slot that is not connected any more.
    void put(Slot& slot) noexcept;
    /// A slot that exists.
    Slot& at(std::uint32_t id) noexcept;
    /// Calls `f` for every slot, whoever owns it.
    void for_each(const std::function<void(Slot&)>& f) const;

private:
    struct Segment;
    static constexpr std::size_t max_segments = 24;

    void grow();

    const std::size_t first_;
    const std::size_t statement_cache_size_;
    mutable std::mutex mutex_;
    std::vector<Slot*> spare_;  ///< has room for every slot, so that put() needs no memory
    std::size_t segment_count_ = 0;
    /// Published with release order by grow(), so that at() needs no lock.
    std::array<std::atomic<Segment*>, max_segments> segments_{};
};

}  // namespace sociable::pool
