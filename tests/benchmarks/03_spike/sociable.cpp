// Row 3, after HikariCP's SpikeLoadTest: 50 threads ask at once for one of 5 idle connections of a pool that may open
// 50; opening one takes 150 ms, and each thread holds its for 2 ms. Served is when the last has returned its; opened is
// how many connections there ever were, the 5 and what was still being opened included.
//   sociable   5 kept (warm_up), 45 of overflow
#include "../bench.hpp"

#include <sociable/sociable.hpp>

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <atomic>
#include <latch>
#include <thread>

int main() {
    using namespace std::chrono_literals;
    std::atomic<int> opened = 0;
    std::atomic<bool> slow = false;
    sociable::Engine engine = sociable::create_engine("sqlite://", {.pool_size = 5,
                                                                    .max_overflow = 45,
                                                                    .pool_class = sociable::PoolClass::queue,
                                                                    .creator =
                                                                        [&](soci::session& session) {
                                                                            ++opened;
                                                                            if (slow)
                                                                                std::this_thread::sleep_for(150ms);
                                                                            session.open(soci::sqlite3, ":memory:");
                                                                        },
                                                                    .warm_up = 5});
    slow = true;
    std::latch ready(51);
    std::vector<std::thread> threads;
    for (int i = 0; i < 50; ++i)
        threads.emplace_back([&] {
            ready.arrive_and_wait();
            const sociable::Connection connection = engine.connect();
            std::this_thread::sleep_for(2ms);
        });
    ready.arrive_and_wait();
    const double served = bench::seconds([&] {
        for (std::thread& thread : threads) thread.join();
    });
    bench::print(3, "served", "sociable", 1000 * served, "ms");
    bench::print(3, "opened", "sociable", opened, "connections");
}
