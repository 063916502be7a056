#include "pool/background.hpp"

#include "pool/block_signals.hpp"
#include "pool/per_process.hpp"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace sociable::pool {

namespace {

constexpr std::chrono::seconds grace{3};

/// The threads of this process.
struct Threads {
    explicit Threads(unsigned e) : epoch(e) {}

    const unsigned epoch;
    const Threads* parents = nullptr;
    std::mutex mutex;
    std::condition_variable ended;
    int running = 0;
};

/// Waits at the end of the process, so that no thread works on while what it works with is taken down. Not for ever: a
/// connect to a host that answers nothing lasts until its own deadline.
struct WaitAtExit {
    ~WaitAtExit() {
        auto& threads = per_process<Threads>();
        std::unique_lock lock(threads.mutex);
        threads.ended.wait_for(lock, grace, [&] { return threads.running == 0; });
    }
};

/// One thread in the count, from before it starts until after its work is gone.
class Running {
public:
    explicit Running(Threads& threads) : threads_(&threads) {
        const std::lock_guard lock(threads_->mutex);
        ++threads_->running;
    }
    Running(Running&& other) noexcept : threads_(std::exchange(other.threads_, nullptr)) {}
    Running& operator=(Running&&) = delete;
    ~Running() {
        if (!threads_) return;
        const std::lock_guard lock(threads_->mutex);
        --threads_->running;
        threads_->ended.notify_all();
    }

private:
    Threads* threads_;
};

}  // namespace

void prepare_background() { static const WaitAtExit wait_at_exit; }

void run_in_background(const char* name, std::function<void()> work) {
    Running running(per_process<Threads>());
    const BlockSignals blocked;
    std::thread([name, running = std::move(running), work = std::move(work)]() mutable {
        pthread_setname_np(pthread_self(), name);
        work();
        work = nullptr;  // what it kept alive ends on this thread, and is counted
    }).detach();
}

}  // namespace sociable::pool
