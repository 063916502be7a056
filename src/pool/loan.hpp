#pragma once

#include "pool/clock.hpp"

#include <sociable/errors/source_location.hpp>

#include <atomic>
#include <cstdint>
#include <optional>

namespace sociable::pool {

/// The number that the system gives the calling thread, as `top -H` and debuggers show it.
std::uint64_t this_thread_number() noexcept;

/// Who has borrowed a slot, where and since when. Written by the borrower, read by anybody at any time.
///
/// A sequence lock: the version is odd while the fields are being written. Fields are stored with release and loaded
/// with acquire order, so that a reader who sees one new field also sees the odd version before it, or a later one, and
/// tries again.
class Loan {
public:
    struct Record {
        SourceLocation place;
        std::uint64_t thread = 0;
        Clock::time_point since{};
    };

    void start(const SourceLocation& place, Clock::time_point since) noexcept {
        write(place, this_thread_number(), since);
    }
    void end() noexcept { write({}, 0, {}); }
    /// Nothing while nobody has borrowed the slot.
    std::optional<Record> read() const noexcept;
    bool is_by(std::uint64_t thread) const noexcept { return thread_.load(std::memory_order_relaxed) == thread; }

private:
    void write(const SourceLocation& place, std::uint64_t thread, Clock::time_point since) noexcept;

    std::atomic<std::uint32_t> version_{0};
    std::atomic<std::uint32_t> line_{0};
    std::atomic<const char*> file_{""};
    std::atomic<const char*> function_{""};
    std::atomic<std::uint64_t> thread_{0};
    std::atomic<Clock::rep> since_{0};
};

}  // namespace sociable::pool
