#pragma once

#include <atomic>
#include <cstdint>

namespace sociable::pool {

/// How many connections a pool has at one moment, and in which state.
struct Figures {
    int open = 0;     ///< places given out: idle, in use, and being opened
    int idle = 0;     ///< of them
    int opening = 0;  ///< of them, in the background

    int in_use() const noexcept { return open - idle - opening; }
};

/// Figures that change and are read in one step, so that whoever reads them finds them fit each other. They share a
/// word: an atomic of three integers would have a lock.
class AtomicFigures {
public:
    static constexpr int most_open = (1 << 24) - 1;
    static constexpr int most_idle = 1 << 16;

    Figures load() const noexcept { return unpack(word_.load(std::memory_order_relaxed)); }

    /// Both return the figures before.
    Figures add(Figures change) noexcept { return unpack(word_.fetch_add(pack(change), std::memory_order_relaxed)); }
    Figures subtract(Figures change) noexcept {
        return unpack(word_.fetch_sub(pack(change), std::memory_order_relaxed));
    }
    /// Unless `limit` places are given out already.
    bool add_below(int limit, Figures change) noexcept {
        std::uint64_t word = word_.load(std::memory_order_relaxed);
        do {
            if (unpack(word).open >= limit) return false;
        } while (!word_.compare_exchange_weak(word, word + pack(change), std::memory_order_relaxed));
        return true;
    }

private:
    static constexpr int idle_at = 24, opening_at = 44;

    // A negative change borrows from the next figure, which the sum puts right again.
    static std::uint64_t pack(Figures f) noexcept {
        return static_cast<std::uint64_t>(f.open) + (static_cast<std::uint64_t>(f.idle) << idle_at) +
               (static_cast<std::uint64_t>(f.opening) << opening_at);
    }
    static Figures unpack(std::uint64_t word) noexcept {
        return {static_cast<int>(word & 0xff'ffff), static_cast<int>(word >> idle_at & 0xf'ffff),
                static_cast<int>(word >> opening_at)};
    }

    std::atomic<std::uint64_t> word_{0};
};

}  // namespace sociable::pool
