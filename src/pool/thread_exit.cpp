#include "pool/thread_exit.hpp"

#include <map>
#include <utility>

namespace sociable::pool {

namespace {

struct AtExit {
    std::map<const void*, std::function<void()>> calls;
    ~AtExit() {
        for (auto& [key, call] : std::exchange(calls, {})) call();
    }
};

}  // namespace

void at_thread_exit(const void* key, std::function<void()> f) {
    thread_local AtExit at_exit;
    at_exit.calls.insert_or_assign(key, std::move(f));  // a later object can have the address of one that is gone
}

}  // namespace sociable::pool
