// Row 1, one thread. All but the last connection of the pool are in use.
//   sociable   engine.connect() and close(): a checkout with everything that it does
//   sociable, times off   the same without pool_record_times: how much of it is reading the clock
//   soci       lease() and give_back() of its connection_pool; its sessions are open as well
#include "../pools.hpp"

int main() {
    for (const std::size_t size : {1u, 16u, 128u, 1024u}) {
        sociable::Engine engine = bench::make_engine(size);
        const auto taken = bench::take_all_but_one(engine, size);

        sociable::Engine unmeasured = bench::make_engine(size, false);
        const auto taken_too = bench::take_all_but_one(unmeasured, size);

        soci::connection_pool pool(size);
        for (std::size_t i = 0; i < size; ++i) pool.at(i).open(soci::sqlite3, ":memory:");
        bench::take_all_but_the_last(pool, size);

        bench::in_turn(1, "size " + std::to_string(size),
                       {bench::contestant("sociable", [&] { engine.connect().close(); }),
                        bench::contestant("sociable, times off", [&] { unmeasured.connect().close(); }),
                        bench::contestant("soci", [&] { pool.give_back(pool.lease()); })});
    }
}
