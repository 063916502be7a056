// Row 2: ours, by engine.connect(). crowd.hpp says what is done.
#include "../pools.hpp"
#include "crowd.hpp"

int main() {
    for (const bench::Crowd& crowd : bench::crowds) {
        const auto size = static_cast<std::size_t>(crowd.connections);
        sociable::Engine engine = bench::make_engine(size);
        bench::take_all_but_one(engine, size);  // opens them, and gives them back
        bench::measure(crowd, "sociable", [&](const auto& held) {
            const sociable::Connection connection = engine.connect();
            held();
        });
    }
}
