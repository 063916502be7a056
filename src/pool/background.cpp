#include "pool/background.hpp"

#include "pool/fork_epoch.hpp"

#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace sociable::pool {

namespace {

constexpr std::chrono::seconds grace{1};

/// The threads of this process. Shared with each of them, since they may end after static destruction. A fork leaves
/// its child none of them, and perhaps a locked mutex: the child makes another.
struct Threads {
    explicit Threads(unsigned e) : epoch(e) {}

    const unsigned epoch;
    std::mutex mutex;
    std::condition_variable ended;
    int running = 0;
};

std::shared_ptr<Threads>& current() {
    static auto* threads = new std::shared_ptr<Threads>(std::make_shared<Threads>(fork_epoch()));  // never destroyed
    return *threads;
}

std::shared_ptr<Threads> threads_of_process() {
    static std::mutex* mutex = new std::mutex;
    const std::lock_guard lock(*mutex);
    if (current()->epoch != fork_epoch()) current() = std::make_shared<Threads>(fork_epoch());
    return current();
}

/// Waits at the end of the process, so that no thread works on while what it works with is taken down. Not for ever: a
/// connect to a host that answers nothing lasts until its own deadline.
struct WaitAtExit {
    ~WaitAtExit() {
        const auto threads = threads_of_process();
        std::unique_lock lock(threads->mutex);
        threads->ended.wait_for(lock, grace, [&] { return threads->running == 0; });
    }
};

class BlockSignals {
public:
    BlockSignals() noexcept {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~BlockSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    BlockSignals(const BlockSignals&) = delete;
    BlockSignals& operator=(const BlockSignals&) = delete;

private:
    sigset_t before_{};
};

/// One thread in the count, from before it starts until after its work is gone.
class Running {
public:
    explicit Running(std::shared_ptr<Threads> threads) : threads_(std::move(threads)) {
        const std::lock_guard lock(threads_->mutex);
        ++threads_->running;
    }
    Running(Running&&) noexcept = default;
    Running& operator=(Running&&) = delete;
    ~Running() {
        if (!threads_) return;
        const std::lock_guard lock(threads_->mutex);
        --threads_->running;
        threads_->ended.notify_all();
    }

private:
    std::shared_ptr<Threads> threads_;
};

}  // namespace

void prepare_background() { static const WaitAtExit wait_at_exit; }

void run_in_background(const char* name, std::function<void()> work) {
    Running running(threads_of_process());
    const BlockSignals blocked;
    std::thread([name, running = std::move(running), work = std::move(work)]() mutable {
        pthread_setname_np(pthread_self(), name);
        work();
        work = nullptr;  // what it kept alive ends on this thread, and is counted
    }).detach();
}

}  // namespace sociable::pool
