// Row 4 on PostgreSQL; request.hpp says who does what.
#include "raw_request.hpp"
#include "request.hpp"

int main() {
    const std::string url = bench::url_of("POSTGRESQL");
    bench::compare_requests("PostgreSQL", url, [url](std::int32_t id) { bench::request_by_libpq(url, id); });
}
