#include "support/callers.hpp"
#include "support/load.hpp"
#include "support/own_server.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

TEST_CASE("fault: the server is killed and launched again after 5 s") {
    for (const Kind kind : servers) DOCTEST_SUBCASE(to_string(kind).c_str()) {
            OwnServer server(kind);
            Load load(create_engine(server.url(), Load::options()), 8);
            server.kill();
            std::this_thread::sleep_for(5s);
            server.launch();
            const FaultReport report = load.finish("SIGKILL, launched after 5 s", to_string(kind));
            CHECK(report.longest_wait <= Load::longest_allowed);
            CHECK(report.recovery < longest_recovery);
            CHECK(report.lost == 0);
            CHECK(report.error_count() > 0);
        }
}

TEST_CASE("200 threads on 4 connections for 60 s: all are served alike, and nothing is lost") {
    for (const Kind kind : servers) DOCTEST_SUBCASE(to_string(kind).c_str()) {
            Database database(kind);
            Engine engine = create_engine(database.url(), {.pool_size = 4, .max_overflow = 0, .pool_timeout = 30s});
            constexpr int threads = 200;
            std::vector<std::atomic<int>> served(threads);
            std::atomic<bool> stop{false};
            Callers callers;
            std::thread clock([&] {
                std::this_thread::sleep_for(60s);
                stop = true;
            });
            in_parallel(threads, [&](int i) {
                while (!stop) {
                    callers.see([&] {
                        callers.connect(engine).execute("SELECT 1").scalar<int>();
                        ++served[static_cast<std::size_t>(i)];
                    });
                }
            });
            clock.join();
            int least = served[0], most = served[0];
            for (const auto& each : served) {
                least = std::min<int>(least, each);
                most = std::max<int>(most, each);
            }
            MESSAGE(to_string(kind) << ": between " << least << " and " << most << " checkouts for each thread");
            callers.recover(engine);
            const FaultReport report = callers.finish("200 threads on 4 connections for 60 s", to_string(kind));
            CHECK(report.error_count() == 0);
            CHECK(report.lost == 0);
            CHECK(least > 0);
            CHECK(least >= most / 2);
            CHECK(engine.pool().status().opened <= 4);
        }
}
