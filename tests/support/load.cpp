#include "support/load.hpp"

#include "support/threads.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>

namespace sociable::test {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

int FaultReport::error_count() const {
    return std::accumulate(errors.begin(), errors.end(), 0, [](int sum, const auto& e) { return sum + e.second; });
}

bool is_refused_write(const DatabaseError& error) {
    if (error.statement().empty()) return false;  // a connect's, of a pool that asks for a primary
    return error.sqlstate() == "25006" || error.native_code() == 1290 || error.native_code() == 1836;
}

std::string kind_of(const std::exception& error) {
    if (dynamic_cast<const TimeoutError*>(&error)) return "timeout";
    if (dynamic_cast<const CommitOutcomeUnknown*>(&error)) return "commit unknown";
    if (dynamic_cast<const PendingRollbackError*>(&error)) return "pending rollback";
    if (const auto* e = dynamic_cast<const DatabaseError*>(&error)) {
        if (is_refused_write(*e)) return "read-only";
        return e->is_disconnect() ? "disconnect" : e->is_retryable() ? "retryable" : "database";
    }
    return error.what();
}

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

int lost_connections(const Engine& engine) {
    // What is still being opened in the background comes to its end.
    const auto deadline = Clock::now() + 5s;
    while (true) {
        const PoolStatus s = engine.pool().status();
        const int unaccounted = static_cast<int>(s.opened - s.closed) - s.checked_in - s.checked_out;
        const int lost = std::abs(unaccounted) + s.checked_out;  // nobody has one any more
        if ((lost == 0 && s.opening == 0) || Clock::now() > deadline) return lost;
        std::this_thread::sleep_for(1ms);
    }
}

void print_fault(const std::string& fault, const std::string& database, const FaultReport& report) {
    std::string errors;
    for (const auto& [kind, count] : report.errors)
        errors += (errors.empty() ? "" : ", ") + std::to_string(count) + ' ' + kind;
    const auto time = [](std::chrono::milliseconds t) {
        return t == FaultReport::unmeasured ? "-" : std::to_string(t.count()) + " ms";
    };
    char row[400];
    std::snprintf(row, sizeof row, "| %-52s | %-10s | %-46s | %9s | %9s | %s |", fault.c_str(), database.c_str(),
                  errors.empty() ? "none" : errors.c_str(), time(report.longest_wait).c_str(),
                  time(report.recovery).c_str(), report.lost < 0 ? "-" : std::to_string(report.lost).c_str());
    std::puts(row);
    if (const char* file = std::getenv("SOCIABLE_FAULT_TABLE")) std::ofstream(file, std::ios::app) << row << '\n';
}

}  // namespace sociable::test
