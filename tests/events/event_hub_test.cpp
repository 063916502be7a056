#include "support/threads.hpp"

#include <sociable/events/event_hub.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>

using namespace sociable;

namespace {

struct Ping {
    static constexpr event::Id id = event::Id::checkout;
    int value = 0;
};

struct Pong {
    static constexpr event::Id id = event::Id::checkin;
};

int fire(EventHub& hub, int value = 1) {
    Ping e{value};
    hub.fire(e);
    return e.value;
}

}  // namespace

TEST_CASE("a listener hears its event and no other, and may change it") {
    EventHub hub;
    CHECK_FALSE(hub.has_listeners<Ping>());
    const Subscription doubles = hub.listen<Ping>([](Ping& e) { e.value *= 2; });
    const Subscription adds = hub.listen<Ping>([](Ping& e) { e.value += 1; });
    CHECK(hub.has_listeners<Ping>());
    CHECK_FALSE(hub.has_listeners<Pong>());
    CHECK(fire(hub, 5) == 11);
}

TEST_CASE("a subscription ends with its scope, when it is reset or replaced, and never when it was released") {
    EventHub hub;
    const auto count = [](Ping& e) { ++e.value; };
    {
        Subscription s = hub.listen<Ping>(count);
        CHECK(fire(hub, 0) == 1);
        Subscription moved = std::move(s);
        CHECK(fire(hub, 0) == 1);
        moved = hub.listen<Ping>(count);
        CHECK(fire(hub, 0) == 1);
        moved.reset();
        moved.reset();
        CHECK(fire(hub, 0) == 0);
        moved = hub.listen<Ping>(count);
    }
    CHECK_FALSE(hub.has_listeners<Ping>());
    hub.listen<Ping>(count).release();
    CHECK(fire(hub, 0) == 1);
}

TEST_CASE("a subscription may outlive what it listens to") {
    Subscription s;
    {
        EventHub hub;
        s = hub.listen<Ping>([](Ping&) {});
    }
    s.reset();
}

TEST_CASE("the parent's listeners run first") {
    EventHub parent;
    EventHub child(&parent);
    std::string order;
    const Subscription c = child.listen<Ping>([&](const Ping&) { order += 'c'; });
    const Subscription p = parent.listen<Ping>([&](const Ping&) { order += 'p'; });
    CHECK(child.has_listeners<Ping>());
    fire(child);
    CHECK(order == "pc");
    fire(parent);
    CHECK(order == "pcp");
}

TEST_CASE("a listener that throws ends the round; one for once is gone even so") {
    EventHub hub;
    int after = 0;
    const Subscription once = hub.listen<Ping>([](Ping&) { throw 7; }, {.once = true});
    const Subscription next = hub.listen<Ping>([&](Ping&) { ++after; });
    CHECK_THROWS_AS(fire(hub), int);
    CHECK(after == 0);
    fire(hub);
    CHECK(after == 1);
}

TEST_CASE("a listener may end its own subscription, others, and the hub itself") {
    std::optional<EventHub> hub(std::in_place);
    int calls = 0;
    Subscription self, other;
    self = hub->listen<Ping>([&](Ping&) {
        ++calls;
        self.reset();
        other.reset();
    });
    other = hub->listen<Ping>([&](Ping&) { calls += 100; });
    fire(*hub);
    fire(*hub);
    CHECK(calls == 1);
    const Subscription last = hub->listen<Ping>([&](Ping&) { hub.reset(); });
    const Subscription survivor = hub->listen<Ping>([&](Ping&) { ++calls; });
    fire(*hub);
    CHECK(calls == 2);
}

TEST_CASE("what a listener has captured ends with its subscription, or with the call that is under way") {
    EventHub hub;
    const auto captured = std::make_shared<int>(0);
    test::Door called, ended;
    Subscription subscription = hub.listen<Ping>([captured, &called, &ended](Ping&) {
        called.open();
        ended.pass();
    });
    std::thread caller([&] { fire(hub); });
    called.pass();
    subscription.reset();
    CHECK(captured.use_count() == 2);
    ended.open();
    caller.join();
    CHECK(captured.use_count() == 1);

    subscription = hub.listen<Ping>([captured](Ping&) {});
    fire(hub);
    subscription.reset();
    CHECK(captured.use_count() == 1);
}

TEST_CASE("what a listener has captured may listen and fire when it ends") {
    struct Last {
        EventHub& hub;
        int& calls;
        ~Last() {
            hub.listen<Ping>([&calls = calls](Ping&) { ++calls; }, {.once = true}).release();
            fire(hub);
        }
    };
    EventHub hub;
    int calls = 0;
    Subscription subscription = hub.listen<Ping>([last = std::make_shared<Last>(hub, calls)](Ping&) {});
    subscription.reset();
    CHECK(calls == 1);
}

TEST_CASE("what a listener has captured may fire when it ends with its hub") {
    struct Last {
        EventHub& hub;
        ~Last() {
            Pong pong;
            hub.fire(pong);
            fire(hub);
        }
    };
    std::optional<EventHub> hub(std::in_place);
    int calls = 0;
    hub->listen<Pong>([last = std::make_shared<Last>(*hub), &calls](Pong&) { ++calls; }).release();
    hub->listen<Ping>([last = std::make_shared<Last>(*hub), &calls](Ping&) { ++calls; }).release();
    hub.reset();
    CHECK(calls == 1);  // Pong's listener is there until Ping's have gone
}

TEST_CASE("once is once, also for threads that fire together") {
    EventHub hub;
    std::atomic<int> calls{0};
    for (int i = 0; i < 100; ++i) {
        hub.listen<Ping>([&](Ping&) { ++calls; }, {.once = true}).release();
        test::in_parallel(4, [&](int) { fire(hub); });
    }
    CHECK(calls == 100);
}

TEST_CASE("threads may listen, fire and end at the same time") {
    EventHub hub;
    std::atomic<int> calls{0};
    test::in_parallel(8, [&](int thread) {
        for (int i = 0; i < 300; ++i) {
            if (thread % 2 == 0) {
                fire(hub);
            } else {
                const Subscription s = hub.listen<Ping>([&](Ping&) { ++calls; });
                fire(hub);
            }
        }
    });
    CHECK(calls >= 4 * 300);
    CHECK_FALSE(hub.has_listeners<Ping>());
}
