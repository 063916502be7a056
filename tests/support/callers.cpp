#include "support/callers.hpp"

#include "support/load.hpp"
#include "support/threads.hpp"

namespace sociable::test {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

void Callers::waited_since(Clock::time_point asked) {
    const std::int64_t now = (Clock::now() - asked).count();
    for (std::int64_t seen = longest_wait_; seen < now && !longest_wait_.compare_exchange_weak(seen, now);) {
    }
}

Connection Callers::connect(Engine& engine) {
    const auto asked = Clock::now();
    try {
        Connection connection = engine.connect();
        waited_since(asked);
        return connection;
    } catch (...) {
        waited_since(asked);
        throw;
    }
}

void Callers::run_transaction(Engine& engine, const std::function<void(Connection&)>& f) {
    auto asked = Clock::now();
    bool waits = true;
    try {
        engine.run_transaction([&](Connection& c) {
            waited_since(asked);
            waits = false;
            try {
                f(c);
            } catch (...) {
                asked = Clock::now();
                waits = true;
                throw;
            }
        });
    } catch (...) {
        if (waits) waited_since(asked);
        throw;
    }
}

void Callers::count(const std::string& kind) {
    const std::lock_guard lock(mutex_);
    ++report_.errors[kind];
}

void Callers::recover(Engine& engine) {
    const auto over = Clock::now();
    while (!see([&] { connect(engine).execute("SELECT 1"); })) std::this_thread::sleep_for(1ms);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - over);
    const int lost = lost_connections(engine);
    const std::lock_guard lock(mutex_);
    report_.recovery = std::max(report_.recovery, took);
    report_.lost = std::max(report_.lost, 0) + lost;
}

FaultReport Callers::report() {
    const std::lock_guard lock(mutex_);
    if (longest_wait_ >= 0)
        report_.longest_wait =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(longest_wait_.load()));
    return report_;
}

FaultReport Callers::finish(const std::string& fault, const std::string& database) {
    FaultReport seen = report();
    print_fault(fault, database, seen);
    return seen;
}

}  // namespace sociable::test
