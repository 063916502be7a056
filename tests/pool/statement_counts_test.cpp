// PoolStatus: statements found in the cache of their connection, those that were not, and those thrown out of it.
#include "support/database.hpp"
#include "support/threads.hpp"

#include <atomic>
#include <mutex>
#include <ostream>
#include <set>
#include <string>
#include <thread>

using namespace sociable;
using namespace sociable::test;

namespace {

struct Counts {
    std::uint64_t hits, misses, evictions;
    bool operator==(const Counts&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Counts& c) {
    return out << '(' << c.hits << ", " << c.misses << ", " << c.evictions << ')';
}

Counts counts(const Engine& engine) {
    const PoolStatus s = engine.pool().status();
    return {s.statement_hits, s.statement_misses, s.statement_evictions};
}

void run(Connection& c, int number) { CHECK(c.execute("SELECT " + std::to_string(number)).scalar<int>() == number); }

}  // namespace

TEST_CASE("statements are counted: a repeated one as a hit, also after a return to the pool") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1});
        CHECK(engine.pool().status().statement_hit_ratio() == 1.0);
        for (int i = 0; i < 2; ++i) {
            Connection c = engine.connect();
            run(c, 1);
            run(c, 1);
        }
        CHECK(counts(engine) == Counts{3, 1, 0});
        CHECK(engine.pool().status().statement_hit_ratio() == 0.75);
        Connection c = engine.connect();
        run(c, 2);
        CHECK(counts(engine) == Counts{3, 2, 0});
    });
}

TEST_CASE("what the library runs by itself is not counted as a statement") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .init_sql = {"SELECT 5"}});
        Connection c = engine.connect();
        for (int i = 0; i < 3; ++i) {
            Transaction outer = c.begin();
            Transaction savepoint = c.begin_nested();
            run(c, 1);
            savepoint.rollback();
            outer.commit();
        }
        CHECK(engine.pool().health_check().failed == 0);
        CHECK(counts(engine) == Counts{2, 1, 0});
    });
}

TEST_CASE("a statement with many rows is counted once") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1});
        create_items(engine);
        const Counts before = counts(engine);
        Connection c = engine.connect();
        for (int i = 0; i < 2; ++i)
            c.execute_many("INSERT INTO items (id, name) VALUES (:id, 'x')",
                           {{{"id", 3 * i}}, {{"id", 3 * i + 1}}, {{"id", 3 * i + 2}}});
        CHECK(counts(engine) == Counts{before.hits + 1, before.misses + 1, 0});
    });
}

TEST_CASE("a statement that the database refuses is counted") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1});
        Connection c = engine.connect();
        CHECK_THROWS_AS(c.execute("SELECT 1 FROM nowhere"), ProgrammingError);
        CHECK(counts(engine) == Counts{0, 1, 0});
    });
}

TEST_CASE("a statement that is still being streamed is a miss when it runs again") {
    on_each(servers, [](Database& database) {  // which keep cursors beside other statements
        Engine engine = database.engine({.pool_size = 1});
        Connection c = engine.connect();
        {
            const Result stream = c.stream("SELECT 1", {}, {.yield_per = 10});
            run(c, 1);
        }
        CHECK(counts(engine) == Counts{0, 2, 0});
        run(c, 1);
        CHECK(counts(engine) == Counts{1, 2, 0});
    });
}

TEST_CASE("statements thrown out of a full cache are counted, and those that end with their connection are not") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .statement_cache_size = 2});
        {
            Connection c = engine.connect();
            for (const int number : {1, 2, 3, 1}) run(c, number);
            CHECK(counts(engine) == Counts{0, 4, 2});
            for (const int number : {3, 1}) run(c, number);
            CHECK(counts(engine) == Counts{2, 4, 2});
        }
        engine.dispose();
        CHECK(counts(engine) == Counts{2, 4, 2});
    });
}

TEST_CASE("with a cache of size zero every statement is a miss") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .statement_cache_size = 0});
        Connection c = engine.connect();
        for (int i = 0; i < 3; ++i) run(c, 1);
        CHECK(counts(engine) == Counts{0, 3, 0});
        CHECK(engine.pool().status().statement_hit_ratio() == 0.0);
    });
}

TEST_CASE("the counts of statements outlive their connections, in every kind of pool") {
    on_each(all_kinds, [](Database& database) {
        for (const PoolClass pool_class : {PoolClass::queue, PoolClass::null, PoolClass::static_,
                                           PoolClass::singleton_thread, PoolClass::assertion}) {
            CAPTURE(to_string(pool_class));
            Engine engine = database.engine({.pool_class = pool_class});
            for (int i = 0; i < 3; ++i) {
                Connection c = engine.connect();
                for (int n = 0; n < 3; ++n) run(c, 1);
                if (i == 0) c.invalidate();
                if (i == 1) c.detach();
                c.close();
                engine.dispose();
            }
            const PoolStatus s = engine.pool().status();
            CHECK(s.closed == 3);
            CHECK(counts(engine) == Counts{6, 3, 0});
        }
    });
}

TEST_CASE("statements of many threads are all counted, and no count goes back while they run") {
    constexpr int threads = 4, rounds = 30, texts = 3;
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 3, .max_overflow = 1});
        std::atomic<bool> done{false};
        std::thread reading([&] {
            for (Counts last{}; !done;) {
                const Counts now = counts(engine);
                CHECK(now.hits >= last.hits);
                CHECK(now.misses >= last.misses);
                last = now;
            }
        });
        std::mutex mutex;
        std::set<std::uint64_t> connections;
        in_parallel(threads, [&](int thread) {
            for (int i = 0; i < rounds; ++i) {
                Connection c = engine.connect();
                for (int n = 0; n < 2 * texts; ++n) run(c, n % texts);
                {
                    const std::lock_guard lock(mutex);
                    connections.insert(c.connection_id());
                }
                if ((i + thread) % 10 == 0) c.invalidate();
            }
        });
        done = true;
        reading.join();
        const std::uint64_t all = threads * rounds * 2 * texts, misses = connections.size() * texts;
        CHECK(counts(engine) == Counts{all - misses, misses, 0});
    });
}
