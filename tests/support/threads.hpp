#pragma once

#include <condition_variable>
#include <functional>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

namespace sociable::test {

/// Runs `f(i)` on `count` threads that start together, and waits for them.
inline void in_parallel(int count, const std::function<void(int)>& f) {
    std::latch start(count);
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            start.arrive_and_wait();
            f(i);
        });
    for (std::thread& thread : threads) thread.join();
}

/// Waits until a condition holds that other threads bring about; a test's time limit ends what never comes.
template <class Condition>
void wait_until(Condition condition) {
    while (!condition()) std::this_thread::yield();
}

/// Opened once; who comes before waits.
class Door {
public:
    void open() {
        {
            const std::lock_guard lock(mutex_);
            open_ = true;
        }
        opened_.notify_all();
    }
    void pass() {
        std::unique_lock lock(mutex_);
        opened_.wait(lock, [this] { return open_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable opened_;
    bool open_ = false;
};

}  // namespace sociable::test
