#include "pool/holders.hpp"
#include "pool/strategy.hpp"

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sociable::pool {

namespace {

/// One connection per thread, kept between checkouts and closed when its thread ends.
class SingletonThreadPool final : public Strategy {
public:
    explicit SingletonThreadPool(const Parts& parts) : parts_(parts) {}

    Slot& take(SourceLocation place, Patience) override {
        const std::lock_guard lock(mutex_);
        Place& mine = places_[std::this_thread::get_id()];
        if (mine.out)
            throw InvalidRequestError(
                "pool '" + parts_.settings.name +
                "': SingletonThreadPool has one connection per thread, and this one's is out since " +
                to_string(mine.location) + "; close that one first");
        if (!mine.slot) mine.slot = &parts_.storage.take();
        mine.out = true;
        mine.location = place;
        return *mine.slot;
    }

    void put(Slot& slot) noexcept override {
        if (!slot.detached) {
            if (parts_.lifecycle.is_outdated(slot) && slot.connected())
                parts_.lifecycle.close(slot, CloseReason::outdated);
            const std::lock_guard lock(mutex_);
            if (const auto mine = find(slot); mine != places_.end()) {  // else its thread has ended
                mine->second.out = false;
                return;
            }
        }
        retire(slot);
    }

    void detach(Slot& slot) noexcept override {
        const std::lock_guard lock(mutex_);
        if (const auto mine = find(slot); mine != places_.end()) mine->second = {};
    }

    void close_idle() noexcept override {
        retire_if([](std::thread::id, const Place&) { return true; });
    }

    void thread_ends() noexcept override {
        retire_if([me = std::this_thread::get_id()](std::thread::id thread, const Place&) { return thread == me; });
        const std::lock_guard lock(mutex_);
        places_.erase(std::this_thread::get_id());  // a connection that is out is closed when it comes back
    }

    Figures figures() const noexcept override {
        const std::lock_guard lock(mutex_);
        Figures now;
        for (const auto& [thread, place] : places_) {
            if (place.slot || place.out) ++now.open;
            if (place.slot && !place.out) ++now.idle;
        }
        return now;
    }

private:
    struct Place {
        Slot* slot = nullptr;
        bool out = false;
        SourceLocation location{};
    };
    using Places = std::unordered_map<std::thread::id, Place>;

    Places::iterator find(const Slot& slot) noexcept {
        return std::find_if(places_.begin(), places_.end(), [&](const auto& p) { return p.second.slot == &slot; });
    }

    void retire(Slot& slot) noexcept {
        if (slot.connected())
            parts_.lifecycle.close(slot, slot.detached ? CloseReason::detached : CloseReason::not_kept);
        slot.detached = false;
        parts_.storage.put(slot);
    }

    /// One at a time, so that no lock is held while a connection closes.
    template <class Condition>
    void retire_if(Condition condition) noexcept {
        for (;;) {
            Slot* slot = nullptr;
            {
                const std::lock_guard lock(mutex_);
                for (auto& [thread, place] : places_)
                    if (place.slot && !place.out && condition(thread, place)) {
                        slot = std::exchange(place.slot, nullptr);
                        break;
                    }
            }
            if (!slot) return;
            retire(*slot);
        }
    }

    template <class Condition>
    int count(Condition condition) const noexcept {
        const std::lock_guard lock(mutex_);
        return static_cast<int>(
            std::count_if(places_.begin(), places_.end(), [&](const auto& p) { return condition(p.second); }));
    }

    Parts parts_;
    mutable std::mutex mutex_;
    Places places_;
};

}  // namespace

std::unique_ptr<Strategy> make_singleton_thread_pool(const Parts& parts) {
    return std::make_unique<SingletonThreadPool>(parts);
}

}  // namespace sociable::pool
