#pragma once

#include <sociable/sociable.hpp>

#include <chrono>
#include <exception>
#include <map>
#include <string>

namespace sociable::test {

/// Whether a write reached a server that takes none, and was refused there.
bool is_refused_write(const DatabaseError& error);

/// What kind of error a caller sees.
std::string kind_of(const std::exception& error);

/// How long full service may take to come back; the sanitizers slow the process down.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr std::chrono::seconds longest_recovery{6};
#else
inline constexpr std::chrono::seconds longest_recovery{2};
#endif

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

/// Prints a row of the table of faults, to the file that SOCIABLE_FAULT_TABLE names as well.
void print_fault(const std::string& fault, const std::string& database, const FaultReport& report);

/// Connections that the pool can't account for, or takes to be in use, once it has come to rest and nobody has one.
int lost_connections(const Engine& engine);

}  // namespace sociable::test
