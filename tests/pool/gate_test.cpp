#include "pool/gate.hpp"
#include "pool/slot_storage.hpp"
#include "support/threads.hpp"

#include <sociable/errors/error.hpp>

#include <doctest/doctest.h>

#include <array>
#include <new>
#include <set>
#include <utility>

using namespace sociable;
using namespace sociable::pool;
using sociable::test::in_parallel;
using sociable::test::wait_until;
using namespace std::chrono_literals;

namespace {

void nothing() {}

/// A slot that comes free within the time, or one that the caller has opened itself.
Slot* take(Gate& gate, SlotStorage& storage, std::chrono::nanoseconds timeout) {
    if (Slot* slot = gate.try_take()) return slot;
    if (gate.take_permit()) return &storage.take();
    return gate.wait(Clock::now() + timeout, nothing).slot;
}

/// Borrows `count` slots, as the pool does.
std::vector<Slot*> fill(Gate& gate, SlotStorage& storage, int count) {
    std::vector<Slot*> slots;
    for (int i = 0; i < count; ++i) slots.push_back(take(gate, storage, 0ns));
    for (Slot* slot : slots) REQUIRE(slot);
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
                    Slot* taken = take(gate, storage, std::chrono::microseconds((thread + i) % 5 * 20));
                    if (!taken) {
                        ++refused;
                        continue;
                    }
                    Slot& slot = *taken;
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
            CHECK(gate.figures().open == gate.figures().idle);
            CHECK(gate.figures().idle <= size);
            fill(gate, storage, size + overflow);  // all are still there
            CHECK_FALSE(take(gate, storage, 0ns));
        }
}

TEST_CASE("nobody waits for ever: every waiter is served when slots are held for no time at all") {
    SlotStorage storage(1, 0);
    Gate gate({.size = 1, .overflow = 0}, storage);
    std::atomic<int> failed{0};
    in_parallel(8, [&](int) {
        for (int i = 0; i < 3000; ++i) {
            Slot* slot = take(gate, storage, 20s);
            if (!slot) {
                ++failed;
                continue;
            }
            gate.keep(*slot);
        }
    });
    CHECK(failed == 0);
    CHECK(gate.figures().idle == 1);
}

TEST_CASE("waits end when they are told to, and when too many wait") {
    SlotStorage storage(1, 0);
    Gate gate({.size = 1, .overflow = 0, .max_waiting = 1}, storage);
    fill(gate, storage, 1);
    Gate::Outcome outcome;
    std::thread waiter([&] { outcome = gate.wait(Clock::now() + 30s, nothing); });
    wait_until([&] { return gate.waiters() == 1; });
    CHECK(gate.wait(Clock::now() + 30s, nothing).failure == Gate::Failure::queue_full);
    gate.end_waits();
    waiter.join();
    CHECK_FALSE(outcome.slot);
    CHECK(outcome.failure == Gate::Failure::disposed);
    CHECK(gate.wait(Clock::now(), nothing).failure == Gate::Failure::timeout);
    CHECK(gate.waiters() == 0);
}

TEST_CASE("a failed connect ends the oldest wait, an outage all of them") {
    SlotStorage storage(1, 0);
    Gate gate({.size = 1, .overflow = 0}, storage);
    fill(gate, storage, 1);
    std::atomic<int> failed{0}, told{0};
    std::vector<std::thread> waiters;
    for (int i = 0; i < 3; ++i)
        waiters.emplace_back([&] {
            const auto outcome = gate.wait(Clock::now() + 30s, nothing);
            if (outcome.failure == Gate::Failure::error && outcome.error) ++failed;
            if (outcome.failure == Gate::Failure::outage) ++told;
        });
    wait_until([&] { return gate.waiters() == 3; });
    gate.fail_oldest(std::make_exception_ptr(Error("refused")));
    wait_until([&] { return failed == 1; });
    CHECK(gate.waiters() == 2);
    gate.fail_all();
    for (std::thread& waiter : waiters) waiter.join();
    CHECK(failed == 1);
    CHECK(told == 2);
}

TEST_CASE("a demand that throws leaves no waiter behind") {
    SlotStorage storage(1, 0);
    Gate gate({.size = 1, .overflow = 0}, storage);
    fill(gate, storage, 1);
    CHECK_THROWS_AS(gate.wait(Clock::now() + 30s, [] { throw std::bad_alloc(); }), std::bad_alloc);
    CHECK(gate.waiters() == 0);
}

TEST_CASE(
    "no more connections are opened in the background than are waited for, than the limit, or than there are permits") {
    SlotStorage storage(8, 0);
    Gate gate({.size = 3, .overflow = 1}, storage);
    CHECK_FALSE(gate.begin_opening(9));
    std::vector<std::thread> waiters;
    for (int i = 0; i < 2; ++i) waiters.emplace_back([&] { gate.wait(Clock::now() + 30s, nothing); });
    wait_until([&] { return gate.waiters() == 2; });
    CHECK(gate.begin_opening(9));
    CHECK_FALSE(gate.begin_opening(1));
    CHECK(gate.begin_opening(9));
    CHECK_FALSE(gate.begin_opening(9));  // one for each waiter
    CHECK(gate.begin_opening(9, 4));
    CHECK(gate.begin_opening(9, 4));
    CHECK_FALSE(gate.begin_opening(9, 9));  // no permit
    CHECK(gate.figures().opening == 4);
    gate.end_waits();
    for (std::thread& waiter : waiters) waiter.join();
}

TEST_CASE("a gate that grows has room for all, and one that shrinks lets nobody take too much") {
    for (const bool lifo : {false, true}) {
        CAPTURE(lifo);
        SlotStorage storage(2, 0);
        Gate gate({.size = 2, .overflow = 0, .lifo = lifo}, storage);
        for (Slot* slot : fill(gate, storage, 2)) CHECK(gate.keep(*slot));
        gate.resize(100, 0);
        auto slots = fill(gate, storage, 100);
        CHECK_FALSE(take(gate, storage, 0ns));
        for (Slot* slot : slots) CHECK(gate.keep(*slot));
        CHECK(gate.figures().idle == 100);
        slots = fill(gate, storage, 100);
        CHECK(std::set<Slot*>(slots.begin(), slots.end()).size() == 100);
        gate.resize(1, 0);
        int kept = 0;
        for (Slot* slot : slots)
            if (gate.keep(*slot))
                ++kept;
            else
                gate.release_permit();
        CHECK(kept == 1);
        CHECK(gate.figures().open == 1);
    }
}

TEST_CASE("while suspended nobody is served, and afterwards those who wait are") {
    SlotStorage storage(1, 0);
    Gate gate({.size = 1, .overflow = 0}, storage);
    gate.keep(*fill(gate, storage, 1).front());
    gate.suspend();
    CHECK_FALSE(gate.try_take());
    CHECK_FALSE(gate.wait(Clock::now() + 1ms, nothing).slot);
    std::atomic<Slot*> slot{nullptr};
    std::thread waiter([&] { slot = gate.wait(Clock::now() + 30s, nothing).slot; });
    wait_until([&] { return gate.waiters() == 1; });
    gate.resume();
    waiter.join();
    CHECK(slot != nullptr);
}

TEST_CASE("a timeout beyond what a clock can tell is a long one, not a short one") {
    SlotStorage storage(1, 0);
    Gate gate({.size = 1, .overflow = 0}, storage);
    Slot* slot = fill(gate, storage, 1).front();
    std::atomic<bool> served{false};
    std::thread waiter([&] { served = gate.wait(after(std::chrono::nanoseconds::max()), nothing).slot != nullptr; });
    wait_until([&] { return gate.waiters() == 1; });
    gate.keep(*slot);
    waiter.join();
    CHECK(served);
}

TEST_CASE("whoever waits gets what has come free, or a connection is opened for it, also when a newcomer overtakes") {
    for (int i = 0; i < 200; ++i) {
        SlotStorage storage(2, 0);
        Gate gate({.size = 2, .overflow = 0}, storage);
        Slot* slot = fill(gate, storage, 1).front();
        bool opening = false;
        Slot* newcomer = nullptr;
        bool first = true;
        const auto demand = [&] {
            if (!std::exchange(first, false)) return;
            gate.keep(*slot);  // young as it is, the waiter is only nudged
            opening = gate.begin_opening(9);
            newcomer = gate.try_take();
        };
        const Gate::Outcome outcome = gate.wait(Clock::now() + 1ms, demand);
        CHECK((outcome.slot || opening));
        CHECK((outcome.slot != nullptr) != (newcomer != nullptr));
    }
}

TEST_CASE("a waiter that is told of an error leaves to the next what had come free for it") {
    SlotStorage storage(1, 0);
    Gate gate({.size = 1, .overflow = 0}, storage);
    Slot* slot = fill(gate, storage, 1).front();
    for (int i = 0; i < 200; ++i) {
        std::array<Gate::Outcome, 2> outcomes;
        in_parallel(3, [&](int thread) {
            if (thread < 2) {
                outcomes[static_cast<std::size_t>(thread)] = gate.wait(Clock::now() + 10s, nothing);
                return;
            }
            wait_until([&] { return gate.waiters() == 2; });
            gate.keep(*slot);
            gate.fail_oldest(std::make_exception_ptr(1));
        });
        CHECK((outcomes[0].slot == slot) != (outcomes[1].slot == slot));
    }
}

TEST_CASE("who waits for long asks again for a connection to be opened") {
    SlotStorage storage(1, 0);
    Gate gate({.size = 1, .overflow = 0}, storage);
    int asked = 0;
    CHECK_THROWS_AS(gate.wait(Clock::now() + 30s,
                              [&] {
                                  if (++asked == 2) throw std::bad_alloc();
                              }),
                    std::bad_alloc);
    CHECK(gate.waiters() == 0);
}
