#pragma once

#include <pthread.h>
#include <signal.h>

namespace sociable::pool {

/// A thread that is started while this lives takes no signal: those are the program's. What a thread brings upon itself
/// still reaches the program's handlers.
class BlockSignals {
public:
    BlockSignals() noexcept {
        sigset_t all;
        sigfillset(&all);
        for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) sigdelset(&all, own);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~BlockSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    BlockSignals(const BlockSignals&) = delete;
    BlockSignals& operator=(const BlockSignals&) = delete;

private:
    sigset_t before_{};
};

}  // namespace sociable::pool
