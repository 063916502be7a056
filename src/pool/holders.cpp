#include "pool/holders.hpp"

#include <algorithm>

namespace sociable::pool {

std::optional<Holder> holder(const Slot& slot, Clock::time_point now) {
    const auto loan = slot.loan.read();
    if (!loan) return std::nullopt;
    const bool connected = slot.generation.load(std::memory_order_acquire) != 0;
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - loan->since);
    return Holder{loan->place, loan->thread, std::max(age, std::chrono::milliseconds(0)),
                  connected ? slot.connection_id.load(std::memory_order_relaxed) : 0};
}

std::vector<Holder> holders(const SlotStorage& storage, Clock::time_point now) {
    std::vector<Holder> all;
    storage.for_each([&](const Slot& slot) {
        if (auto one = holder(slot, now)) all.push_back(std::move(*one));
    });
    std::sort(all.begin(), all.end(), [](const Holder& a, const Holder& b) { return a.age > b.age; });
    return all;
}

OwnLoans own_loans(const SlotStorage& storage) {
    OwnLoans own;
    const std::uint64_t me = this_thread_number();
    storage.for_each([&](const Slot& slot) {
        if (!slot.loan.is_by(me)) return;
        const auto loan = slot.loan.read();  // by this thread, so it can't change
        if (loan && own.count++ == 0) own.first = loan->place;
    });
    return own;
}

}  // namespace sociable::pool
