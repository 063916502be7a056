// Row 4 on PostgreSQL through PgBouncer, which keeps 16 connections and lends them for a transaction.
//   PgBouncer   as raw connect in request.hpp: each request connects, to PgBouncer
#include "../threads.hpp"
#include "raw_request.hpp"

int main() {
    using namespace std::chrono_literals;
    const char* url = std::getenv("SOCIABLE_BENCHMARK_PGBOUNCER_URL");
    if (!url) return 77;
    bench::make_users(sociable::create_engine(bench::url_of("POSTGRESQL")));
    const auto request = [url, ids = bench::Ids()]() mutable { bench::request_by_libpq(url, ids.next()); };
    bench::in_turn(4, "PostgreSQL, 1 thread", {bench::contestant("PgBouncer", request)});
    const double each = bench::calls_per_millisecond(16, bench::quick ? 100ms : 1000ms, [&] {
        thread_local auto once = request;
        once();
    });
    bench::print(4, "PostgreSQL, 16 threads", "PgBouncer", 1000 * each, "requests/s");
}
