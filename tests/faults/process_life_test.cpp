// The life of the process: fork, threads that end, static destruction, signals, in any order.
#include "support/database.hpp"
#include "support/load.hpp"
#include "support/threads.hpp"

#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

/// Runs `f` in a child process, which then exits as a program does, with static destruction. Its exit code, or minus
/// the signal that ended it.
int in_child(const std::function<void()>& f) {
    std::cout.flush();  // or the child would print it again
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        try {
            f();
        } catch (const std::exception& e) {
            std::cerr << e.what() << std::endl;
            _exit(99);
        }
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

EngineOptions busy() {
    return {.pool_size = 4,
            .pool_pre_ping = true,
            .pool_min_idle = 3,
            .pool_max_idle_time = 20ms,
            .pool_health_check_interval = 5ms,
            .pool_class = PoolClass::queue};
}

std::atomic<int> interruptions{0};
std::atomic<bool> interrupted_elsewhere{false};
pthread_t main_thread;

void interrupt(int) {
    ++interruptions;
    if (!pthread_equal(pthread_self(), main_thread)) interrupted_elsewhere = true;
}

}  // namespace

TEST_CASE("an engine of static storage duration ends well, with upkeep and connects under way and connections out") {
    on_each(all_kinds, [](Database& database) {
        const Url url = database.url();
        for (int i = 0; i < 10; ++i)
            CHECK(in_child([&] {
                      static Engine engine = create_engine(url, busy());
                      static Connection out = engine.connect();
                      out.execute("SELECT 1");
                      if (i % 2 == 0) engine.pool().reconnect();
                      std::exit(0);
                  }) == 0);
    });
}

TEST_CASE("a connection of static storage duration may outlive its engine") {
    on_each(all_kinds, [](Database& database) {
        const Url url = database.url();
        CHECK(in_child([&] {
                  static std::optional<Connection> out;
                  static Engine engine = create_engine(url, busy());
                  out.emplace(engine.connect());
                  out->execute("SELECT 1");
                  std::exit(0);
              }) == 0);
    });
}

// Neither sanitizer of GCC 12 allows this: the thread sanitizer does not follow threads that a forked child starts, and
// the address sanitizer's allocator keeps, in the child, each lock that another thread held at the fork.
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
TEST_CASE("after fork() the child has an upkeep and connects of its own, and the parent's go on working") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine(busy());
        wait_until([&] { return engine.pool().status().checked_in >= 3; });
        Load load(engine, 4);
        for (int i = 0; i < 5; ++i)
            CHECK(in_child([&] {
                      if (engine.connect().execute("SELECT 1").scalar<int>() != 1) _exit(1);
                      wait_until([&] { return engine.pool().status().checked_in >= 3; });  // by upkeep
                      Engine own = create_engine(database.url(), busy());
                      own.connect().execute("SELECT 1");
                  }) == 0);
        const FaultReport report = load.finish("fork under load, 5 times", to_string(database.kind()));
        CHECK(report.error_count() == 0);
        CHECK(report.lost == 0);
    });
}
#endif

#ifndef __SANITIZE_THREAD__
TEST_CASE("a child may let go of what its parent was waiting with") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .max_overflow = 0});
        std::optional<Connection> out = engine.connect();
        std::thread disposing([&] {
            wait_until([&] { return engine.pool().status().waiters == 1; });
            engine.dispose(10min);  // longer than a test may take
        });
        CHECK_THROWS_AS(engine.connect(), ResourceClosedError);  // so it has begun
        for (int i = 0; i < 5; ++i)
            CHECK(in_child([&] {
                      if (engine.connect().execute("SELECT 1").scalar<int>() != 1) _exit(1);
                      out.reset();  // the last that the child has of the parent's pool
                  }) == 0);
        CHECK(out->execute("SELECT 1").scalar<int>() == 1);
        out.reset();
        disposing.join();
    });
}
#endif

TEST_CASE("a thread that ends with a connection of its own gives it back") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .max_overflow = 0});
        for (int i = 0; i < 3; ++i)
            std::thread([&] {
                thread_local Connection mine = engine.connect();
                mine.execute("SELECT 1");
            }).join();
        CHECK(lost_connections(engine) == 0);
        CHECK(engine.pool().status().opened == 1);
    });
}

TEST_CASE("signals interrupt nothing, and reach the program's own threads only") {
    on_each(all_kinds, [](Database& database) {
        CHECK(in_child([&] {
                  main_thread = pthread_self();
                  struct sigaction action {};
                  action.sa_handler = interrupt;  // without SA_RESTART
                  sigaction(SIGALRM, &action, nullptr);
                  Engine engine = create_engine(database.url(), busy());
                  const itimerval every{{0, 1000}, {0, 1000}};
                  setitimer(ITIMER_REAL, &every, nullptr);
                  for (int i = 0; i < 300 || interruptions < 20; ++i) {
                      Connection c = engine.connect();
                      if (c.execute("SELECT 1").scalar<int>() != 1) _exit(1);
                      c.rollback();
                      if (i % 10 == 0) c.invalidate();
                  }
                  const itimerval never{};
                  setitimer(ITIMER_REAL, &never, nullptr);
                  if (interrupted_elsewhere) _exit(2);
              }) == 0);
    });
}

TEST_CASE("a lost connection does not end a program that does not ignore SIGPIPE") {
    on_each(servers, [](Database& database) {
        CHECK(in_child([&] {
                  signal(SIGPIPE, SIG_DFL);
                  Engine engine = database.engine({.pool_size = 1});
                  for (int i = 0; i < 5; ++i) {
                      Connection c = engine.connect();
                      database.kill(c);
                      try {
                          for (int k = 0; k < 3; ++k) c.execute("SELECT 1");
                      } catch (const Error&) {
                      }
                  }
                  if (engine.connect().execute("SELECT 1").scalar<int>() != 1) _exit(1);
              }) == 0);
    });
}

TEST_CASE("a child that exits leaves the connection of its parent's thread alone") {
    on_each(servers, [](Database& database) {
        Engine engine = database.engine({.pool_class = PoolClass::singleton_thread});
        const std::string id = [&] {
            Connection c = engine.connect();
            return Database::server_id(c);
        }();
        CHECK(in_child([] { std::exit(0); }) == 0);
        Connection c = engine.connect();
        CHECK(Database::server_id(c) == id);
    });
}

TEST_CASE("a handle of a pool from before fork() is refused in the child") {
    const auto pool = create_engine("sqlite://").pool();
    CHECK(in_child([&] {
              try {
                  pool.status();
              } catch (const InvalidRequestError&) {
                  _exit(42);
              }
          }) == 42);
}
