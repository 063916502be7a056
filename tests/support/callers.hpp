#pragma once

#include "support/fault_report.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

namespace sociable::test {

/// What callers see of a fault in a test that makes their calls itself. Safe for use by several threads.
class Callers {
public:
    /// A connection of the engine's; the wait for it counts, whether one comes or not.
    Connection connect(Engine& engine);
    /// Does `f` in Engine::run_transaction; each run's wait for its connection counts, with the pause before it.
    void run_transaction(Engine& engine, const std::function<void(Connection&)>& f);
    /// Does what a caller does: an error is counted, and goes no further. Whether there was none.
    template <class F>
    bool see(F&& f) {
        try {
            std::forward<F>(f)();
            return true;
        } catch (const std::exception& e) {
            count(kind_of(e));
        } catch (...) {
            count("of no class");
        }
        return false;
    }
    /// An error that a caller saw.
    void count(const std::string& kind);
    /// The fault is over: waits until a caller is served, and looks for lost connections. Of several engines the
    /// slowest counts.
    void recover(Engine& engine);
    FaultReport report();
    /// Prints it as a row of the table of faults.
    FaultReport finish(const std::string& fault, const std::string& database);

private:
    void waited_since(std::chrono::steady_clock::time_point asked);

    std::atomic<std::int64_t> longest_wait_{-1};
    std::mutex mutex_;
    FaultReport report_;
};

}  // namespace sociable::test
