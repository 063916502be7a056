// Many clients at once, no descriptors left, signals, forks.
#include "log/log.hpp"
#include "monitor/served.hpp"
#include "support/http.hpp"
#include "support/redirected.hpp"
#include "support/threads.hpp"
#include "support/thrown.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <atomic>
#include <ctime>
#include <filesystem>
#include <fstream>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

int free_descriptor() {
    const int fd = fcntl(0, F_DUPFD_CLOEXEC, 0);
    close(fd);
    return fd;
}

/// Leaves the process one more descriptor, until it is told to give the others back.
class OneDescriptor {
public:
    OneDescriptor() {
        getrlimit(RLIMIT_NOFILE, &before_);
        rlimit few = before_;
        few.rlim_cur = static_cast<rlim_t>(free_descriptor() + 5);
        setrlimit(RLIMIT_NOFILE, &few);
        for (int fd; (fd = fcntl(0, F_DUPFD_CLOEXEC, 0)) >= 0;) taken_.push_back(fd);
        REQUIRE_FALSE(taken_.empty());
        close(taken_.back());
        taken_.pop_back();
    }
    OneDescriptor(const OneDescriptor&) = delete;
    OneDescriptor& operator=(const OneDescriptor&) = delete;
    ~OneDescriptor() { give_back(); }

    void give_back() {
        setrlimit(RLIMIT_NOFILE, &before_);
        for (const int fd : std::exchange(taken_, {})) close(fd);
    }

private:
    rlimit before_{};
    std::vector<int> taken_;
};

std::chrono::nanoseconds cpu_time() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// The lines of this name in /proc/self/task/*/status, of threads that are named like that.
std::vector<std::string> of_threads(std::string_view prefix, const std::string& field) {
    std::vector<std::string> found;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream status(task.path() / "status");
        std::string line, name;
        std::getline(status, name);
        if (!contains(name, prefix)) continue;
        while (std::getline(status, line))
            if (line.starts_with(field)) found.push_back(line);
    }
    return found;
}

}  // namespace

TEST_CASE("many clients at once all get their own answers") {
    Served server(echo, {.port = 0, .max_connections = 200});
    std::atomic<int> wrong{0};
    in_parallel(16, [&](int i) {
        for (int round = 0; round < 10; ++round) {
            HttpClient client(server.port());
            for (int n = 0; n < 20; ++n) {
                const std::string target = (n % 3 ? "/" : "/slow/") + std::to_string(i) + "/" + std::to_string(n);
                if (client.get(target).body != "\"GET " + target + "\"") ++wrong;
            }
        }
    });
    CHECK(wrong == 0);
}

TEST_CASE("clients that go, hang, send rubbish or come in excess leave the server well") {
    Served server(echo, {.port = 0, .max_connections = 8, .request_timeout = 200ms}, false);
    in_parallel(12, [&](int i) {
        for (int n = 0; n < 30; ++n) {
            HttpClient client(server.port());
            switch ((i + n) % 6) {
                case 0: break;
                case 1: client.send("GET / HT"); break;
                case 2: client.send("rubbish\r\n\r\n"); break;
                case 3: client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n"); break;
                case 4:
                    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
                    client.receive();
                    break;
                default:
                    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
                    client.end_sending();
                    client.receive();
            }
        }
    });
    wait_until([&] {
        HttpClient client(server.port());
        client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const auto answer = client.receive();
        return answer && answer->status == 200;
    });
}

TEST_CASE("no descriptor left: the server waits without spinning, says so once, and goes on when there are some") {
    log::monitor();  // makes the logger
    const Redirected log(monitor_logger);
    Served server(echo, {.port = 0, .max_connections = 1000, .request_timeout = 60s});
    HttpClient known(server.port());
    CHECK(known.get("/").status == 200);
    OneDescriptor one;
    HttpClient client(server.port());  // takes it, and the server has none to take the connection with
    wait_until([&] { return contains(log.text(), "no connection can be taken"); });
    CHECK(known.get("/slow").status == 200);
    const auto begin = cpu_time();
    std::this_thread::sleep_for(500ms);
    CHECK(cpu_time() - begin < 100ms);
    one.give_back();
    CHECK(client.get("/slow").status == 200);
    CHECK(HttpClient(server.port()).get("/").status == 200);
    const std::string text = log.text();
    CHECK(text.find("no connection can be taken") == text.rfind("no connection can be taken"));
}

TEST_CASE("the threads have names, and take no signals") {
    Served server(echo);
    HttpClient(server.port()).get("/slow");
    const auto blocked = of_threads("sociable-", "SigBlk:");
    CHECK(of_threads("sociable-http", "SigBlk:").size() == 1);
    CHECK(of_threads("sociable-answer", "SigBlk:").size() == 1);
    for (const std::string& line : blocked) {
        CAPTURE(line);
        CHECK((std::stoull(line.substr(8), nullptr, 16) & (1ULL << (SIGTERM - 1))) != 0);
    }
}

TEST_CASE("a client that has gone raises no SIGPIPE") {
    Served server([](const MonitorRequest&) { return MonitorResponse{.body = std::string(4 << 20, 'x')}; });
    static std::atomic<int> raised;
    raised = 0;
    struct sigaction counting {
    }, before{};
    counting.sa_handler = [](int) { ++raised; };
    sigaction(SIGPIPE, &counting, &before);
    for (int i = 0; i < 50; ++i) HttpClient(server.port()).send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(HttpClient(server.port()).get("/").status == 200);
    server.stop();
    sigaction(SIGPIPE, &before, nullptr);
    CHECK(raised == 0);
}

TEST_CASE("programs that the process starts inherit no socket") {
    Served server(echo);
    HttpClient client(server.port());
    CHECK(client.get("/").status == 200);
    int inherited = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const int fd = std::stoi(entry.path().filename());
        int type = 0;
        socklen_t size = sizeof type;
        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0)
            ++inherited;
    }
    CHECK(inherited == 0);
}

TEST_CASE("a forked child may drop the monitor, and the parent's goes on") {
    auto server = std::make_unique<Served>(echo);
    HttpClient client(server->port());
    CHECK(client.get("/").status == 200);
    const pid_t child = fork();
    if (child == 0) {
        server.reset();
        _exit(0);
    }
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(client.get("/slow").status == 200);
    CHECK(HttpClient(server->port()).get("/").status == 200);
}

TEST_CASE("a child that lives on keeps neither the parent's port nor its connections open") {
    auto server = std::make_unique<Served>(echo);
    const std::uint16_t port = server->port();
    HttpClient client(port);
    CHECK(client.get("/").status == 200);
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
        char byte;
        close(pipe_ends[1]);
        _exit(static_cast<int>(read(pipe_ends[0], &byte, 1)));
    }
    close(pipe_ends[0]);
    server.reset();
    CHECK(client.is_closed());
    CHECK_THROWS_AS(HttpClient{port}, std::runtime_error);
    close(pipe_ends[1]);
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
}
