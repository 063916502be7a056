// What happens to the process itself: hooks that throw, no memory, no file descriptors, a clock that is set.
#include "engine/engine_state.hpp"
#include "support/callers.hpp"
#include "support/load.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <new>

namespace {

/// Allocations of this thread until one fails; none does while it is zero or below.
thread_local long allocations_left = 0;
/// The same for those of all threads together, but one that looks after the others.
std::atomic<long> shared_allocations_left{0};
thread_local bool exempt = false;
std::atomic<bool> allocation_failed{false};

std::atomic<long> wall_clock_offset{0};  ///< seconds

void* allocate(std::size_t size) {
    if ((allocations_left > 0 && --allocations_left == 0) ||
        (!exempt && shared_allocations_left > 0 && --shared_allocations_left == 0)) {
        allocation_failed = true;
        return nullptr;
    }
    return std::malloc(size == 0 ? 1 : size);
}

}  // namespace

void* operator new(std::size_t size) {
    if (void* memory = allocate(size)) return memory;
    throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

/// The wall clock of this program, which a test may set.
extern "C" int clock_gettime(clockid_t id, timespec* now) noexcept {
    const auto result = static_cast<int>(syscall(SYS_clock_gettime, id, now));
    if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) now->tv_sec += wall_clock_offset.load();
    return result;
}

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

/// Everything that can happen to connections, so that every event fires. Each step may fail.
void whole_life(Engine& engine, Callers& callers) {
    const auto step = [&callers](const auto& f) { callers.see(f); };
    step([&] {
        Connection c = callers.connect(engine);
        c.execute("SELECT 1");
        c.commit();
    });
    step([&] {
        Connection c = callers.connect(engine);
        c.execute("SELECT 1");
        step([&] { c.begin_nested([](Connection& d) { d.execute("SELECT 2"); }); });
        step([&] { c.begin_nested().rollback(); });
        c.rollback();
    });
    step([&] {
        try {
            engine.begin([](Connection&) { throw "a caller's own"; });
        } catch (const char*) {
        }
    });
    step([&] {
        Session session(engine);
        session.execute("SELECT 1");
        session.commit();
    });
    step([&] {
        Session session(engine);
        session.execute("SELECT 1");
        session.rollback();
    });
    step([&] { callers.connect(engine).soft_invalidate(); });
    step([&] { callers.connect(engine).invalidate(); });
    step([&] {
        Connection c = callers.connect(engine);
        c.execute("SELECT 1");
        c.commit();
        c.invalidate();
        c.execute("SELECT 1");  // in a new one
    });
    step([&] { callers.connect(engine).detach(); });
    step([&] {
        try {
            callers.connect(engine).execute("FAIL");
        } catch (const OperationalError&) {  // as it is meant to
        }
    });
    step([&] { engine.dispose(); });
}

template <class E>
void throws_at(const char* name, Callers& callers) {
    CAPTURE(name);
    const auto script = std::make_shared<Script>();
    script->on_execute = [](const std::string& sql) {
        if (sql == "FAIL") throw_disconnect();
    };
    Engine engine = scripted_engine(script, {.pool_size = 2, .max_overflow = 1, .pool_timeout = 5s});
    int calls = 0;
    {
        const auto sub = engine.listen<E>([&](E&) {
            ++calls;
            throw 42;
        });
        for (int i = 0; i < 3; ++i) whole_life(engine, callers);
    }
    CHECK(calls > 0);
    callers.recover(engine);
    CHECK(lost_connections(engine) == 0);
    for (int i = 0; i < 10; ++i) CHECK_NOTHROW(engine.connect().execute("SELECT 1"));
    std::vector<Connection> all;  // the cap is still what it was
    for (int i = 0; i < 3; ++i) all.push_back(engine.connect());
}

/// Does `work` again and again, failing its first allocation, its second, and so on, until it gets by without a
/// failure. After each failure the engine must be well.
template <class Counter>
int fail_each(Counter& left, const std::string& where, const std::string& database, Engine& engine,
              const std::function<void(Callers&)>& work) {
    Callers callers;
    for (int n = 1;; ++n) {
        allocation_failed = false;
        left = n;
        std::string error;
        try {
            work(callers);
        } catch (const std::exception& e) {
            allocations_left = 0;
            exempt = true;
            callers.count(kind_of(e));
            error = e.what();
        }
        allocations_left = 0;
        exempt = true;
        lost_connections(engine);  // what still goes on in the background may fail as well
        exempt = false;
        left = 0;
        CAPTURE(n);
        CAPTURE(error);
        REQUIRE(lost_connections(engine) == 0);
        if (!allocation_failed) {
            const FaultReport report = callers.finish("no memory, each allocation: " + where, database);
            CHECK(report.lost == 0);
            return n;
        }
        callers.recover(engine);
    }
}

/// Of the calling thread's allocations.
int fail_each_allocation(const std::string& where, const std::string& database, Engine& engine,
                         const std::function<void(Callers&)>& work) {
    return fail_each(allocations_left, where, database, engine, work);
}

/// Of all threads' allocations.
int fail_each_allocation_anywhere(const std::string& where, Engine& engine, const std::function<void(Callers&)>& work) {
    return fail_each(shared_allocations_left, where, "scripted", engine, work);
}

}  // namespace

TEST_CASE("a hook that throws at any event loses no connection") {
    Callers callers;
    std::size_t tried = 0;
    throws_at<event::DoConnect>("do_connect", callers), ++tried;
    throws_at<event::FirstConnect>("first_connect", callers), ++tried;
    throws_at<event::Connect>("connect", callers), ++tried;
    throws_at<event::Checkout>("checkout", callers), ++tried;
    throws_at<event::Reset>("reset", callers), ++tried;
    throws_at<event::Checkin>("checkin", callers), ++tried;
    throws_at<event::Invalidate>("invalidate", callers), ++tried;
    throws_at<event::SoftInvalidate>("soft_invalidate", callers), ++tried;
    throws_at<event::Close>("close", callers), ++tried;
    throws_at<event::Detach>("detach", callers), ++tried;
    throws_at<event::CloseDetached>("close_detached", callers), ++tried;
    throws_at<event::Begin>("begin", callers), ++tried;
    throws_at<event::Commit>("commit", callers), ++tried;
    throws_at<event::Rollback>("rollback", callers), ++tried;
    throws_at<event::BeforeExecute>("before_execute", callers), ++tried;
    throws_at<event::AfterExecute>("after_execute", callers), ++tried;
    throws_at<event::HandleError>("handle_error", callers), ++tried;
    throws_at<event::Savepoint>("savepoint", callers), ++tried;
    throws_at<event::RollbackSavepoint>("rollback_savepoint", callers), ++tried;
    throws_at<event::ReleaseSavepoint>("release_savepoint", callers), ++tried;
    throws_at<event::EngineDisposed>("engine_disposed", callers), ++tried;
    throws_at<event::AfterBegin>("after_begin", callers), ++tried;
    throws_at<event::BeforeCommit>("before_commit", callers), ++tried;
    throws_at<event::AfterCommit>("after_commit", callers), ++tried;
    throws_at<event::AfterRollback>("after_rollback", callers), ++tried;
    CHECK(tried == event::id_count);  // every event that there is
    const FaultReport report =
        callers.finish("a hook that throws, at each of " + std::to_string(tried) + " events", "scripted");
    CHECK(report.errors.at("of no class") > 0);
    CHECK(report.lost == 0);
}

TEST_CASE("no memory at any allocation of checkout and return: nothing is lost") {
    const auto script = std::make_shared<Script>();
    SUBCASE("opened by the borrower") {
        Engine engine = scripted_engine(script, {.pool_size = 2, .pool_timeout = 0ms});
        const int n = fail_each_allocation("opened by the borrower", "scripted", engine, [&](Callers& callers) {
            Connection c = callers.connect(engine);
            c.execute("SELECT 1");
            c.commit();
            c.close();
            engine.dispose();  // so that the next opens one
        });
        CHECK(n > 3);
    }
    SUBCASE("opened in the background") {
        Engine engine = scripted_engine(script, {.pool_size = 2, .pool_timeout = 5s});
        const int n = fail_each_allocation("opened in the background", "scripted", engine, [&](Callers& callers) {
            Connection c = callers.connect(engine);
            c.execute("SELECT 1");
            c.invalidate();
            c.close();
        });
        CHECK(n > 3);
    }
    SUBCASE("closed by a destructor") {
        Engine engine = scripted_engine(script, {.pool_size = 2, .pool_timeout = 5s, .pool_reset_session = true});
        fail_each_allocation("closed by a destructor", "scripted", engine, [&](Callers& callers) {
            Connection c = callers.connect(engine);
            c.execute("SET x = 1");
        });
    }
    SUBCASE("a session") {
        Engine engine = scripted_engine(script, {.pool_size = 2, .pool_timeout = 5s});
        fail_each_allocation("a session", "scripted", engine, [&](Callers&) {
            Session session(engine);
            session.execute("INSERT");
            session.commit();
        });
    }
    SUBCASE("a real database") {
        Database database(Kind::sqlite);
        Engine engine = database.engine({.pool_size = 2, .pool_timeout = 5s});
        fail_each_allocation("a statement", "sqlite", engine, [&](Callers& callers) {
            Connection c = callers.connect(engine);
            c.execute("SELECT :a", {{"a", 1}}).scalar<int>();
        });
    }
}

TEST_CASE("no memory at any allocation of upkeep: nothing is lost, and upkeep goes on") {
    const auto script = std::make_shared<Script>();
    const auto state = scripted_state(
        script, {.pool_size = 4, .pool_min_idle = 1, .pool_max_idle_time = 100s, .pool_health_check_interval = 10s});
    Engine engine(state);
    wait_until([&] { return engine.pool().status().checked_in == 1; });  // or there is nothing to look after
    fail_each_allocation("upkeep", "scripted", engine, [&](Callers&) {
        script->clock_offset = script->clock_offset.load() + 60s;
        state->pool()->maintenance().pass();
        script->clock_offset = script->clock_offset.load() + 60s;
        state->pool()->maintenance().pass();
    });
    CHECK(engine.pool().health_check().failed == 0);
}

TEST_CASE(
    "no memory at any allocation of any thread: connects that fail, probes, renewal and warming up lose nothing") {
    const auto script = std::make_shared<Script>();
    std::atomic<bool> down{false};
    SUBCASE("connects that fail") {
        const HookScope hooks(script);
        script->on_connect = [&] {
            if (down) throw_disconnect();
        };
        Engine engine = scripted_engine(script, {.pool_size = 2, .pool_timeout = 2s, .pool_connect_retries = 1});
        const int n = fail_each_allocation_anywhere("connects fail in the background", engine, [&](Callers& callers) {
            engine.dispose();
            {
                const struct Outage {
                    std::atomic<bool>& down;
                    explicit Outage(std::atomic<bool>& d) : down(d) { down = true; }
                    ~Outage() { down = false; }
                } outage(down);
                // Until the breaker opens; its probes find the database again.
                for (int i = 0; i < 6; ++i) {
                    try {
                        callers.connect(engine);
                    } catch (const OperationalError&) {  // as it is meant to
                    }
                }
            }
            while (true) {
                try {
                    callers.connect(engine).invalidate();
                    return;
                } catch (const OperationalError&) {
                    std::this_thread::sleep_for(1ms);
                }
            }
        });
        CHECK(n > 20);
    }
    SUBCASE("renewal, pings that fail, and what is kept warm") {
        std::atomic<int> pings{0};
        const HookScope hooks(script);
        script->on_ping = [&] {
            if (++pings % 3 == 0) throw_disconnect();
        };
        const auto state = scripted_state(script, {.pool_size = 4,
                                                   .pool_timeout = 2s,
                                                   .pool_recycle = 200s,
                                                   .pool_min_idle = 3,
                                                   .pool_health_check_interval = 10s});
        Engine engine(state);
        const int n = fail_each_allocation_anywhere("renewal, failing pings, warming up", engine, [&](Callers&) {
            for (int i = 0; i < 4; ++i) {
                script->clock_offset = script->clock_offset.load() + 60s;
                state->pool()->maintenance().pass();
            }
            engine.pool().reconnect();
            state->pool()->maintenance().pass();
        });
        CHECK(n > 10);
        // Upkeep goes on: what a failure has cost is put back.
        wait_until([&] {
            state->pool()->maintenance().pass();
            return engine.pool().status().checked_in >= 3;
        });
        const PoolStatus status = engine.pool().status();
        CHECK(status.recycled + status.invalidated > 0);
    }
    shared_allocations_left = 0;
}

TEST_CASE("no file descriptors left: an error that says so, and afterwards all is as before") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine(
            {.pool_size = 2,
             .pool_connect_retries = database.kind() == Kind::sqlite ? std::optional<int>() : std::optional<int>(1)});
        engine.connect().execute("SELECT 1");
        engine.dispose();
        int used = 0;
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
            used = std::max(used, std::stoi(entry.path().filename()));
        rlimit before{};
        getrlimit(RLIMIT_NOFILE, &before);
        rlimit none = before;
        std::vector<int> taken;
        for (int fd = dup(0); fd >= 0 && fd <= used; fd = dup(0)) taken.push_back(fd);
        none.rlim_cur = static_cast<rlim_t>(used) + 1;
        setrlimit(RLIMIT_NOFILE, &none);
        std::string error;
        Callers callers;
        callers.see([&] {
            try {
                callers.connect(engine);
            } catch (const DatabaseError& e) {
                error = e.message();
                throw;
            }
        });
        setrlimit(RLIMIT_NOFILE, &before);
        for (const int fd : taken) close(fd);
        CAPTURE(error);
        // What the client library makes of the system's error 24.
        switch (database.kind()) {
            case Kind::postgresql: CHECK(error.find("Too many open files") != std::string::npos); break;
            case Kind::mysql: CHECK(error.find("socket (24") != std::string::npos); break;
            case Kind::sqlite: CHECK(error.find("unable to open database file") != std::string::npos); break;
        }
        callers.recover(engine);
        const FaultReport report = callers.finish("no file descriptors left", to_string(database.kind()));
        CHECK(report.error_count() == 1);
        CHECK(report.lost == 0);
    });
}

TEST_CASE("a wall clock that is set back and forth by an hour ends no wait early or late") {
    on_each(servers, [](Database& database) {
        Load load(create_engine(database.url(), Load::options()), 8);
        std::atomic<bool> done{false};
        std::thread setter([&] {
            for (int i = 0; !done; ++i) {
                wall_clock_offset = i % 2 == 0 ? 3600 : -3600;
                std::this_thread::sleep_for(5ms);
            }
            wall_clock_offset = 0;
        });
        std::this_thread::sleep_for(1s);
        Engine full =
            scripted_engine(std::make_shared<Script>(), {.pool_size = 1, .max_overflow = 0, .pool_timeout = 300ms});
        Connection held = full.connect();
        const auto start = std::chrono::steady_clock::now();
        CHECK_THROWS_AS(full.connect(), TimeoutError);
        const auto waited = std::chrono::steady_clock::now() - start;
        CHECK(waited >= 300ms);
        CHECK(waited < 2 * 300ms);
        done = true;
        setter.join();
        const FaultReport report = load.finish("wall clock set by an hour every 5 ms", to_string(database.kind()));
        CHECK(report.error_count() == 0);
        CHECK(report.lost == 0);
    });
}

TEST_CASE("100 engines are made and destroyed under load") {
    on_each(all_kinds, [](Database& database) {
        Callers callers;
        in_parallel(4, [&](int thread) {
            for (int i = 0; i < 25; ++i) {
                callers.see([&] {
                    Engine engine = database.engine(
                        {.pool_size = 2, .pool_min_idle = (thread + i) % 2, .pool_health_check_interval = 5ms});
                    std::vector<std::thread> users;
                    for (int u = 0; u < 3; ++u)
                        users.emplace_back([&callers, engine]() mutable {
                            for (int k = 0; k < 3; ++k)
                                callers.see([&] { callers.connect(engine).execute("SELECT 1"); });
                        });
                    if (i % 3 == 0) engine.pool().reconnect();
                    for (std::thread& user : users) user.join();
                    callers.recover(engine);
                });
            }
        });
        const FaultReport report =
            callers.finish("100 engines made and destroyed under load", to_string(database.kind()));
        CHECK(report.error_count() == 0);
        CHECK(report.lost == 0);
    });
}
