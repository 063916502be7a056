#include "pool/gate.hpp"
#include "pool/slot_storage.hpp"
#include "support/threads.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>

using namespace sociable;
using namespace sociable::pool;
using sociable::test::in_parallel;
using sociable::test::wait_until;
using namespace std::chrono_literals;

namespace {

/// Borrows `count` slots, as the pool does.
std::vector<Slot*> fill(Gate& gate, SlotStorage& storage, int count) {
    std::vector<Slot*> slots;
    for (int i = 0; i < count; ++i) {
        const auto outcome = gate.acquire(0ns);
        REQUIRE(outcome.grant);
        slots.push_back(outcome.grant->slot ? outcome.grant->slot : &storage.take());
    }
    return slots;
}

}  // namespace

TEST_CASE("slots keep their places while the storage grows") {
    SlotStorage storage(2, 0);
    std::vector<Slot*> slots;
    for (int i = 0; i < 100; ++i) slots.push_back(&storage.take());
    CHECK(std::set<Slot*>(slots.begin(), slots.end()).size() == 100);
    for (Slot* slot : slots) CHECK(&storage.at(slot->id) == slot);
    int counted = 0;
    storage.for_each([&](const Slot&) { ++counted; });
    CHECK(counted == 126);  // 2 + 4 + 8 + 16 + 32 + 64
    for (Slot* slot : slots) storage.put(*slot);
    CHECK(&storage.take() == slots.back());
}

TEST_CASE("no slot is lost or lent twice, whatever the number of threads and their timeouts") {
    for (const bool lifo : {false, true})
        for (const int threads : {2, 16}) {
            CAPTURE(lifo);
            CAPTURE(threads);
            constexpr int size = 3, overflow = 2;
            SlotStorage storage(size + overflow, 0);
            Gate gate({.size = size, .overflow = overflow, .lifo = lifo}, storage);
            std::array<std::atomic<int>, size + overflow> holders{};
            std::atomic<int> served{0}, refused{0}, shared{0};
            in_parallel(threads, [&](int thread) {
                for (int i = 0; i < 2000; ++i) {
                    const auto outcome = gate.acquire(std::chrono::microseconds((thread + i) % 5 * 20));
                    if (!outcome.grant) {
                        ++refused;
                        continue;
                    }
                    Slot& slot = outcome.grant->slot ? *outcome.grant->slot : storage.take();
                    if (++holders[slot.id] != 1) ++shared;
                    if (i % 7 == 0) std::this_thread::yield();
                    --holders[slot.id];
                    ++served;
                    if (i % 11 == 0 || !gate.keep(slot)) {  // as after an invalidation, or as an extra one
                        storage.put(slot);
                        gate.release_permit();
                    }
                }
            });
            CHECK(shared == 0);
            CHECK(served + refused == threads * 2000);
            CHECK(served > 0);
            CHECK(gate.waiters() == 0);
            CHECK(gate.open() == gate.idle());
            CHECK(gate.idle() <= size);
            fill(gate, storage, size + overflow);  // all are still there
            CHECK_FALSE(gate.acquire(0ns).grant);
        }
}

TEST_CASE("nobody waits for ever: every waiter is served when slots are held for no time at all") {
    SlotStorage storage(1, 0);
    Gate gate({.size = 1, .overflow = 0}, storage);
    std::atomic<int> failed{0};
    in_parallel(8, [&](int) {
        for (int i = 0; i < 3000; ++i) {
            const auto outcome = gate.acquire(20s);
            if (!outcome.grant) {
                ++failed;
                continue;
            }
            gate.keep(outcome.grant->slot ? *outcome.grant->slot : storage.take());
        }
    });
    CHECK(failed == 0);
    CHECK(gate.idle() == 1);
}

TEST_CASE("waits end when they are told to, and when too many wait") {
    SlotStorage storage(1, 0);
    Gate gate({.size = 1, .overflow = 0, .max_waiting = 1}, storage);
    fill(gate, storage, 1);
    Gate::Outcome outcome;
    std::thread waiter([&] { outcome = gate.acquire(30s); });
    wait_until([&] { return gate.waiters() == 1; });
    CHECK(gate.acquire(30s).failure == Gate::Failure::queue_full);
    gate.end_waits();
    waiter.join();
    CHECK_FALSE(outcome.grant);
    CHECK(outcome.failure == Gate::Failure::disposed);
    CHECK(gate.acquire(0ns).failure == Gate::Failure::timeout);
    CHECK(gate.waiters() == 0);
}

TEST_CASE("a timeout beyond what a clock can tell is a long one, not a short one") {
    SlotStorage storage(1, 0);
    Gate gate({.size = 1, .overflow = 0}, storage);
    Slot* slot = fill(gate, storage, 1).front();
    std::atomic<bool> served{false};
    std::thread waiter([&] { served = gate.acquire(std::chrono::nanoseconds::max()).grant.has_value(); });
    wait_until([&] { return gate.waiters() == 1; });
    gate.keep(*slot);
    waiter.join();
    CHECK(served);
}
