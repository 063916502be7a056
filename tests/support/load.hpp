#pragma once

#include "support/database.hpp"
#include "support/fault_report.hpp"
#include "support/instrumented.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sociable::test {

/// Threads that use an engine all the time, while a test makes things go wrong.
class Load {
public:
    static constexpr std::chrono::milliseconds timeout{2000};
    /// The longest that a caller may have waited: the timeout plus 5 %. Instrumented programs are some ten times slower
    /// and get 50 %.
    static constexpr std::chrono::milliseconds longest_allowed = timeout + timeout / (instrumented ? 2 : 20);

    /// Options under which faults are seen and survived quickly.
    static EngineOptions options();

    /// `work` is done with each connection; by default it asks for a number.
    Load(Engine engine, int threads, std::function<void(Connection&)> work = {});
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;
    ~Load();

    /// Waits until every thread has been served again.
    void wait_until_served();
    /// Waits until somebody has seen an error.
    void wait_for_error();
    /// The fault is over: waits until every thread is served, then ends them. Prints a row of the table of faults.
    FaultReport finish(const std::string& fault, const std::string& database);

private:
    void wait_for_server() const;
    void run(std::size_t thread);
    void count_error();

    Engine engine_;
    std::function<void(Connection&)> work_;
    std::vector<std::atomic<int>> served_;
    std::atomic<std::int64_t> longest_wait_{0};
    std::atomic<int> errors_{0};
    std::atomic<bool> stop_{false};
    std::mutex mutex_;
    std::map<std::string, int> by_kind_;
    std::vector<std::thread> threads_;
};

}  // namespace sociable::test
