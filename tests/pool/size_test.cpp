// Acceptance list, "Size, overflow, order".
#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"

using namespace sociable;
using namespace sociable::test;

namespace {

struct Counts {
    int size, checked_in, overflow, checked_out;
    bool operator==(const Counts&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Counts& c) {
    return out << '(' << c.size << ", " << c.checked_in << ", " << c.overflow << ", " << c.checked_out << ')';
}

Counts counts(const Engine& engine) {
    const PoolStatus s = engine.pool().status();
    return {s.size.count(), s.checked_in, s.overflow, s.checked_out};
}

}  // namespace

TEST_CASE("Size 3 with unlimited overflow: after n checkouts (3, 0, n-3, n), and extras are closed at return") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 3, .max_overflow = unlimited});
    std::vector<Connection> out;
    for (int n = 1; n <= 6; ++n) {
        out.push_back(engine.connect());
        CHECK(counts(engine) == Counts{3, 0, n - 3, n});
    }
    out.erase(out.begin(), out.begin() + 3);
    CHECK(counts(engine) == Counts{3, 3, 3, 3});
    out.clear();
    CHECK(counts(engine) == Counts{3, 3, 0, 0});
    CHECK(script->open() == 3);
}

TEST_CASE(
    "max_overflow 0 or 5 with 40 threads: overflow never goes over it, and at the end every connection can be "
    "accounted for") {
    for (const int overflow : {0, 5}) {
        CAPTURE(overflow);
        const auto script = std::make_shared<Script>();
        Engine engine = scripted_engine(script, {.pool_size = 3, .max_overflow = overflow});
        std::atomic<int> most{0};
        in_parallel(40, [&](int) {
            for (int i = 0; i < 50; ++i) {
                Connection c = engine.connect();
                int open = script->open();
                for (int seen = most; seen < open && !most.compare_exchange_weak(seen, open);) {
                }
                c.execute("SELECT");
            }
        });
        CHECK(most <= 3 + overflow);
        const PoolStatus s = engine.pool().status();
        CHECK(s.checked_out == 0);
        CHECK(s.checked_in == script->open());
        CHECK(s.checked_in <= 3);
        CHECK(s.checkouts == 40 * 50);
        CHECK(s.opened == static_cast<std::uint64_t>(script->connects));
        CHECK(s.closed == static_cast<std::uint64_t>(script->closes));
    }
}

TEST_CASE(
    "A connect that fails leaves the counters as they were, and later checkouts fill up to the cap without hanging") {
    const auto script = std::make_shared<Script>();
    Engine engine =
        scripted_engine(script, {.pool_size = 2, .max_overflow = 1, .pool_timeout = std::chrono::milliseconds(0)});
    script->on_connect = [] { throw_disconnect(); };
    for (int i = 0; i < 10; ++i) CHECK_THROWS_AS(engine.connect(), OperationalError);
    CHECK(counts(engine) == Counts{2, 0, -2, 0});
    script->on_connect = [] {};
    std::vector<Connection> out;
    for (int i = 0; i < 3; ++i) out.push_back(engine.connect());
    CHECK(counts(engine) == Counts{2, 0, 1, 3});
    CHECK_THROWS_AS(engine.connect(), TimeoutError);
}

TEST_CASE("So does a reconnect of an invalidated or recycled slot that fails") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 2,
                                             .max_overflow = 0,
                                             .pool_timeout = std::chrono::milliseconds(0),
                                             .pool_recycle = std::chrono::seconds(30)});
    const auto fails_then_works = [&] {
        script->on_connect = [] { throw_disconnect(); };
        for (int i = 0; i < 5; ++i) CHECK_THROWS_AS(engine.connect(), OperationalError);
        CHECK(engine.pool().status().checked_out == 0);
        script->on_connect = [] {};
        Connection a = engine.connect();
        Connection b = engine.connect();
        CHECK(counts(engine) == Counts{2, 0, 0, 2});
        CHECK_THROWS_AS(engine.connect(), TimeoutError);
    };
    engine.connect().invalidate();
    fails_then_works();
    script->clock_offset = std::chrono::seconds(60);
    fails_then_works();
}

TEST_CASE("FIFO: the connection returned first is handed out first") {
    Engine engine = scripted_engine(std::make_shared<Script>(), {.pool_size = 3});
    Connection a = engine.connect(), b = engine.connect(), c = engine.connect();
    const std::vector<std::uint64_t> ids{b.connection_id(), c.connection_id(), a.connection_id()};
    b.close();
    c.close();
    a.close();
    for (int round = 0; round < 3; ++round)
        for (const std::uint64_t id : ids) CHECK(engine.connect().connection_id() == id);
}

TEST_CASE("LIFO: the one returned last, always") {
    Engine engine = scripted_engine(std::make_shared<Script>(), {.pool_size = 3, .pool_use_lifo = true});
    Connection a = engine.connect(), b = engine.connect(), c = engine.connect();
    const std::vector<std::uint64_t> ids{c.connection_id(), a.connection_id(), b.connection_id()};
    b.close();
    a.close();
    c.close();
    for (int round = 0; round < 3; ++round) CHECK(engine.connect().connection_id() == ids[0]);
    Connection first = engine.connect(), second = engine.connect(), third = engine.connect();
    CHECK(std::vector{first.connection_id(), second.connection_id(), third.connection_id()} == ids);
}
