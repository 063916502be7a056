#pragma once

#include "support/database.hpp"

#include <sociable/sociable.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace sociable::test {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr bool instrumented = true;
#else
inline constexpr bool instrumented = false;
#endif

/// Whether a write reached a server that takes none, and was refused there.
bool is_refused_write(const DatabaseError& error);

/// What kind of error a caller sees.
std::string kind_of(const std::exception& error);

/// What a fault did to those who used the pool meanwhile.
struct FaultReport {
    /// A figure that has no meaning for this fault.
    static constexpr std::chrono::milliseconds unmeasured{-1};

    int served = 0;
    std::map<std::string, int> errors;                   ///< seen by callers, by kind
    std::chrono::milliseconds longest_wait{unmeasured};  ///< for a connection, whether one came or not
    std::chrono::milliseconds recovery{
        unmeasured};  ///< from when the server takes a connection until every thread was served again
    int lost = -1;    ///< connections that the pool can't account for; below 0: unmeasured

    int error_count() const;
};

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

/// Prints a row of the table of faults, to the file that SOCIABLE_FAULT_TABLE names as well.
void print_fault(const std::string& fault, const std::string& database, const FaultReport& report);

/// Connections that the pool can't account for, or takes to be in use, once it has come to rest and nobody has one.
int lost_connections(const Engine& engine);

}  // namespace sociable::test
