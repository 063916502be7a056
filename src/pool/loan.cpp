#include "pool/loan.hpp"

#include "pool/fork_epoch.hpp"

#include <thread>

#include <unistd.h>

namespace sociable::pool {

std::uint64_t this_thread_number() noexcept {
    struct Known {
        unsigned epoch = ~0U;
        std::uint64_t number = 0;
    };
    thread_local Known known;
    if (known.epoch != fork_epoch()) known = {fork_epoch(), static_cast<std::uint64_t>(gettid())};
    return known.number;
}

void Loan::write(const SourceLocation& place, std::uint64_t thread, Clock::time_point since) noexcept {
    const std::uint32_t version = version_.load(std::memory_order_relaxed);
    version_.store(version + 1, std::memory_order_relaxed);
    file_.store(place.file_name(), std::memory_order_release);
    line_.store(place.line(), std::memory_order_release);
    function_.store(place.function_name(), std::memory_order_release);
    thread_.store(thread, std::memory_order_release);
    since_.store(since.time_since_epoch().count(), std::memory_order_release);
    version_.store(version + 2, std::memory_order_release);
}

std::optional<Loan::Record> Loan::read() const noexcept {
    for (;;) {
        const std::uint32_t version = version_.load(std::memory_order_acquire);
        if (version % 2 != 0) {
            std::this_thread::yield();
            continue;
        }
        Record record;
        record.place =
            SourceLocation::current(file_.load(std::memory_order_acquire), line_.load(std::memory_order_acquire),
                                    function_.load(std::memory_order_acquire));
        record.thread = thread_.load(std::memory_order_acquire);
        record.since = Clock::time_point(Clock::duration(since_.load(std::memory_order_acquire)));
        if (version_.load(std::memory_order_relaxed) != version) continue;
        if (record.thread == 0) return std::nullopt;
        return record;
    }
}

}  // namespace sociable::pool
