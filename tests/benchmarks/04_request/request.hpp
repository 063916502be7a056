#pragma once

#include "../threads.hpp"
#include "../users.hpp"

#include <string>

/// Row 4: a request checks out, selects by primary key, and returns.
///   pooled               ours, a QueuePool with a connection for each thread; in a transaction, as it is by default
///   pooled, autocommit   the same without a transaction, as raw connect does it
///   NullPool             ours, which opens for each checkout and closes at return; in a transaction
///   raw connect          the database's own library: connect, one select without a transaction, close
namespace bench {

inline auto request(sociable::Engine engine) {
    return [engine, ids = Ids()]() mutable {
        sociable::Connection c = engine.connect();
        keep(select_user(c, ids.next()));
        c.close();
    };
}

/// `raw_request(id)` is called by several threads at once.
template <class F>
void compare_requests(const std::string& server, const std::string& url, F raw_request) {
    using namespace std::chrono_literals;
    const sociable::EngineOptions keeping{.pool_size = 16, .max_overflow = 0, .pool_class = sociable::PoolClass::queue};
    sociable::Engine pooled = sociable::create_engine(url, keeping);
    sociable::Engine autocommit = pooled.with({.isolation_level = sociable::IsolationLevel::autocommit});
    sociable::Engine null_pool = sociable::create_engine(url, {.pool_class = sociable::PoolClass::null});
    make_users(null_pool);
    const auto raw = [raw_request, ids = Ids()]() mutable { raw_request(ids.next()); };

    in_turn(4, server + ", 1 thread",
            {contestant("pooled", request(pooled)), contestant("pooled, autocommit", request(autocommit)),
             contestant("NullPool", request(null_pool)), contestant("raw connect", raw)});
    const auto time = quick ? 100ms : 1000ms;
    const auto measure = [&](const char* name, const auto& once) {
        print(4, server + ", 16 threads", name, 1000 * calls_per_millisecond(16, time, once), "requests/s");
    };
    measure("pooled", [&] {
        thread_local auto once = request(pooled);
        once();
    });
    measure("pooled, autocommit", [&] {
        thread_local auto once = request(autocommit);
        once();
    });
    measure("NullPool", [&] {
        thread_local auto once = request(null_pool);
        once();
    });
    measure("raw connect", [&] {
        thread_local auto once = raw;
        once();
    });
}

}  // namespace bench
