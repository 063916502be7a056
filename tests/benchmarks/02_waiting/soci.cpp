// Row 2: SOCI's connection_pool, by lease() and give_back(). crowd.hpp says what is done.
#include <soci/soci.h>

#include "crowd.hpp"

int main() {
    for (const bench::Crowd& crowd : bench::crowds) {
        soci::connection_pool pool(static_cast<std::size_t>(crowd.connections));
        bench::measure(crowd, "soci", [&](const auto& held) {
            const std::size_t slot = pool.lease();
            held();
            pool.give_back(slot);
        });
    }
}
