#pragma once

#include "pool/slot_storage.hpp"

#include <sociable/errors/holder.hpp>

#include <optional>
#include <vector>

namespace sociable::pool {

/// Who has borrowed a slot; nothing while nobody has.
std::optional<Holder> holder(const Slot& slot, Clock::time_point now);

/// Who has borrowed slots of `storage` at the time `now`, longest first.
std::vector<Holder> holders(const SlotStorage& storage, Clock::time_point now);

/// How many of them the calling thread has, and where it took the first.
struct OwnLoans {
    int count = 0;
    SourceLocation first;
};
OwnLoans own_loans(const SlotStorage& storage);

}  // namespace sociable::pool
