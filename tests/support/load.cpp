#include "support/load.hpp"

#include "support/threads.hpp"

namespace sociable::test {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

EngineOptions Load::options() {
    return {.pool_size = 4,
            .max_overflow = 2,
            .pool_timeout = timeout,
            .pool_connect_retries = 1,
            .pool_pre_ping = true,
            .pool_ping_after_idle = 0ms,
            .pool_ping_timeout = 300ms,
            .pool_class = PoolClass::queue,
            .connect_timeout = 1s};
}

Load::Load(Engine engine, int threads, std::function<void(Connection&)> work)
    : engine_(std::move(engine)), work_(std::move(work)), served_(static_cast<std::size_t>(threads)) {
    if (!work_) work_ = [](Connection& c) { c.execute("SELECT 1").scalar<int>(); };
    for (std::size_t i = 0; i < served_.size(); ++i) threads_.emplace_back([this, i] { run(i); });
    wait_until_served();
}

Load::~Load() {
    stop_ = true;
    for (std::thread& thread : threads_)
        if (thread.joinable()) thread.join();
}

void Load::run(std::size_t thread) {
    while (!stop_) {
        const auto asked = Clock::now();
        const auto waited = [&] {
            const std::int64_t now = (Clock::now() - asked).count();
            for (std::int64_t seen = longest_wait_; seen < now && !longest_wait_.compare_exchange_weak(seen, now);) {
            }
        };
        try {
            std::optional<Connection> connection;
            try {
                connection = engine_.connect();
            } catch (...) {
                waited();
                throw;
            }
            waited();
            work_(*connection);
            connection->commit();
            ++served_[thread];
        } catch (const std::exception& e) {
            ++errors_;
            {
                const std::lock_guard lock(mutex_);
                ++by_kind_[kind_of(e)];
            }
            std::this_thread::sleep_for(2ms);  // as a caller does that tries again
        }
        std::this_thread::sleep_for(1ms);
    }
}

void Load::wait_until_served() {
    std::vector<int> before;
    for (const auto& each : served_) before.push_back(each);
    wait_until([&] {
        std::this_thread::sleep_for(1ms);
        for (std::size_t i = 0; i < served_.size(); ++i)
            if (served_[i] < before[i] + 2) return false;  // the first may have begun before
        return true;
    });
}

void Load::wait_for_error() {
    const int before = errors_;
    wait_until([&] {
        std::this_thread::sleep_for(1ms);
        return errors_ > before;
    });
}

void Load::wait_for_server() const {
    // One connect at a time, beside the pool: a server that is short of time itself is not the pool's doing.
    Engine direct = create_engine(engine_.url(), {.pool_connect_retries = 0, .pool_class = PoolClass::null});
    wait_until([&] {
        try {
            direct.connect();
            return true;
        } catch (const DatabaseError& e) {
            return !e.is_disconnect();  // a server that says no is there
        }
    });
}

FaultReport Load::finish(const std::string& fault, const std::string& database) {
    wait_for_server();
    const auto over = Clock::now();
    wait_until_served();
    FaultReport report;
    report.recovery = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - over);
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    for (const auto& each : served_) report.served += each;
    report.errors = by_kind_;
    report.longest_wait =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(longest_wait_.load()));
    report.lost = lost_connections(engine_);
    print_fault(fault, database, report);
    return report;
}

}  // namespace sociable::test
