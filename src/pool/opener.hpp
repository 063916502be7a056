#pragma once

#include "pool/breaker.hpp"
#include "pool/gate.hpp"
#include "pool/strategy.hpp"

#include <atomic>
#include <exception>

namespace sociable::pool {

/// Opens connections for those who wait at the gate, on threads of its own: whoever waits takes what comes first, a
/// connection returned or one just opened, and one that was opened for a waiter who has gone stays in the pool.
///
/// A connect that fails, after its retries, ends the oldest wait with its error. While the database is known to be down
/// one thread tries on, until it is back or the engine goes away.
///
/// Thread safety: every member may be called by several threads at once.
class Opener {
public:
    /// Both outlive it.
    Opener(const Parts& parts, Gate& gate) : parts_(parts), gate_(gate) {}

    /// Starts as many threads as the waiters and the minimum of idle connections can use.
    /// @throws std::bad_alloc, std::system_error when no thread can be had and nobody has a connection that may come
    /// back
    void demand();
    /// As demand(), where nothing can be thrown. Whoever waits asks again.
    void demand_quietly() noexcept;
    /// @throws DatabaseError while the database is known to be down
    void check() const { breaker_.check(parts_.settings.name); }
    /// @throws DatabaseError, the last connect error
    [[noreturn]] void raise_last_error() const { breaker_.raise_last(parts_.settings.name); }

private:
    bool begin() noexcept;
    void work();
    bool open_one();
    void opened(Slot& slot) noexcept;
    void failed(std::exception_ptr error) noexcept;
    bool is_outage(const std::exception_ptr& error) noexcept;
    void probe();
    void probe_alone();

    Parts parts_;
    Gate& gate_;
    Breaker breaker_;
    std::atomic<bool> probing_{false};
};

}  // namespace sociable::pool
