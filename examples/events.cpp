// Listening: settings on each new connection, a count of what the pool does, and statements that take long.
#include <sociable/sociable.hpp>

#include <atomic>
#include <chrono>
#include <iostream>

namespace db = sociable;

int main() {
    db::Engine engine = db::create_engine("sqlite:///events.db", {.pool_class = db::PoolClass::queue});

    // A subscription ends with its scope; release() keeps the listener for as long as the engine lives.
    engine.listen<db::event::Connect>([](db::event::Connect& e) { e.info()["greeting"] = 1; }).release();

    std::atomic<int> checkouts = 0;
    const db::Subscription counting =
        engine.listen<db::event::Checkout>([&](const db::event::Checkout&) { ++checkouts; });

    const db::Subscription slow = engine.listen<db::event::AfterExecute>([](const db::event::AfterExecute& e) {
        if (e.duration > std::chrono::seconds(1)) std::cout << "slow: " << e.statement << '\n';
    });

    // The first connection tells; then the listener is gone.
    const db::Subscription first = engine.listen<db::event::Checkout>(
        [](const db::event::Checkout& e) { std::cout << "the first checkout, of " << e.pool() << '\n'; },
        {.once = true});

    // A database's errors can be replaced by the program's own.
    const db::Subscription errors = engine.listen<db::event::HandleError>([](db::event::HandleError& e) {
        if (e.info.kind == db::ErrorKind::programming) e.replace(std::logic_error("a statement is wrong"));
    });

    for (int i = 0; i < 3; ++i) engine.begin([](db::Connection& c) { c.execute("SELECT 1"); });
    try {
        engine.begin([](db::Connection& c) { c.execute("SELEKT 1"); });
    } catch (const std::logic_error& e) {
        std::cout << "caught: " << e.what() << '\n';
    }
    std::cout << checkouts << " checkouts\n";
}
