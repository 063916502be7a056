// Row 1, as HikariCP.java does it: many threads that check out and return without doing anything between.
#include "../pools.hpp"
#include "../threads.hpp"

int main() {
    using namespace std::chrono_literals;
    struct Case {
        const char* work;
        int threads;
        std::size_t size;
    };
    const auto time = bench::quick ? 50ms : 1000ms;
    for (const Case& c :
         {Case{"1 thread on 32", 1, 32}, Case{"32 threads on 32", 32, 32}, Case{"32 threads on 16", 32, 16}}) {
        sociable::Engine engine = bench::make_engine(c.size);
        bench::take_all_but_one(engine, c.size);  // opens them, and gives them back
        const auto cycle = [&] { engine.connect().close(); };
        bench::calls_per_millisecond(c.threads, time / 4, cycle);
        bench::print(1, c.work, "sociable", bench::calls_per_millisecond(c.threads, time, cycle), "cycles/ms");

        soci::connection_pool pool(c.size);
        const auto lease = [&] { pool.give_back(pool.lease()); };
        bench::print(1, c.work, "soci", bench::calls_per_millisecond(c.threads, time, lease), "cycles/ms");
    }
}
