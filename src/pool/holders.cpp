#include "pool/holders.hpp"

#include <algorithm>

namespace sociable::pool {

std::vector<Holder> holders(const SlotStorage& storage, Clock::time_point now) {
    std::vector<Holder> all;
    storage.for_each([&](const Slot& slot) {
        const auto loan = slot.loan.read();
        if (!loan) return;
        const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - loan->since);
        all.push_back({loan->place, loan->thread, std::max(age, std::chrono::milliseconds(0)),
                       slot.lent_connection.load(std::memory_order_relaxed)});
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
