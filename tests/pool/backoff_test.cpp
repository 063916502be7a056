#include "pool/backoff.hpp"

#include "support/scripted.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

TEST_CASE("pauses double up to the longest, each shortened by up to half at random") {
    constexpr int pauses = 7;
    constexpr std::chrono::nanoseconds whole[pauses] = {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms, 1000ms};
    std::chrono::nanoseconds shortest[pauses], longest[pauses];
    std::fill(std::begin(shortest), std::end(shortest), std::chrono::nanoseconds::max());
    std::fill(std::begin(longest), std::end(longest), std::chrono::nanoseconds::min());
    for (int round = 0; round < 1000; ++round) {
        pool::Backoff backoff(100ms, 1000ms);
        for (int i = 0; i < pauses; ++i) {
            const auto pause = backoff.next();
            shortest[i] = std::min(shortest[i], pause);
            longest[i] = std::max(longest[i], pause);
        }
    }
    for (int i = 0; i < pauses; ++i) {
        CAPTURE(i);
        CHECK(shortest[i] >= whole[i] / 2);
        CHECK(longest[i] <= whole[i]);
        // The whole of that range is used: a thousand pauses all miss a tenth of it once in 10^45.
        CHECK(shortest[i] < whole[i] * 55 / 100);
        CHECK(longest[i] > whole[i] * 95 / 100);
    }
}

TEST_CASE("a first pause beyond the longest is cut as well, and no pause stays none") {
    pool::Backoff cut(10s, 1s);
    for (int i = 0; i < 3; ++i) CHECK(cut.next() <= 1s);
    pool::Backoff none(0s, 0s);
    for (int i = 0; i < 3; ++i) CHECK(none.next() == 0s);
}

TEST_CASE("by default a connect is tried four times") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    std::atomic<int> attempts{0};
    const HookScope hooks(script);
    script->on_connect = [&] {
        ++attempts;
        throw_disconnect();
    };
    CHECK_THROWS_AS(engine.connect(), OperationalError);
    CHECK(attempts == 4);
}

TEST_CASE("the pauses between the attempts of a real connect begin with 100 ms and grow") {
    for (const char* url : {"postgresql://nobody@127.0.0.1:1/none", "mysql://nobody@127.0.0.1:1/none"}) {
        CAPTURE(url);
        Engine engine = create_engine(url);
        const auto begun = std::chrono::steady_clock::now();
        CHECK_THROWS_AS(engine.connect(), OperationalError);
        // Half of 100, 200 and 400 ms at least; three pauses of one length would take 300 ms at most.
        CHECK(std::chrono::steady_clock::now() - begun >= 350ms);
        CHECK(engine.pool().status().connect_errors == 4);
    }
}
