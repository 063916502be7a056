#include "support/fault_report.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <thread>

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
