#include "support/own_prometheus.hpp"

#include "support/http.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/json/parse.hpp>

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace sociable::test {

namespace {

using namespace std::chrono_literals;

std::string read(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Starts a program whose output goes to a file.
int start(std::vector<std::string> command, const std::string& output) {
    std::vector<char*> arguments;
    for (std::string& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT, 0600);
    posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
    pid_t process = 0;
    const int error = posix_spawnp(&process, arguments[0], &files, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    if (error != 0) throw std::runtime_error("can't start " + command[0]);
    return process;
}

}  // namespace

OwnPrometheus::OwnPrometheus(int target, const std::filesystem::path& rules) {
    const std::string settings = directory_.file("prometheus.yml");
    std::ofstream(settings) << "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
                            << "rule_files: ['" << rules.string() << "']\n"
                            << "scrape_configs:\n  - job_name: test\n    static_configs:\n      - targets: ['127.0.0.1:"
                            << target << "']\n";
    // It goes with the test, however that ends.
    process_ = start({"setpriv", "--pdeathsig", "KILL", "prometheus", "--config.file=" + settings,
                      "--storage.tsdb.path=" + directory_.file("data"), "--web.listen-address=127.0.0.1:0"},
                     directory_.file("log"));
    try {
        port_ = wait_for_port();
    } catch (...) {
        ::kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
        throw;
    }
}

OwnPrometheus::~OwnPrometheus() {
    // There is nothing to save.
    ::kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
}

bool OwnPrometheus::is_running() const {
    siginfo_t ended{};  // looks without reaping, so that the number stays ours
    return waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0;
}

int OwnPrometheus::wait_for_port() const {
    static const std::regex listening(R"(msg="Listening on" address=127\.0\.0\.1:(\d+))");
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (is_running() && std::chrono::steady_clock::now() < deadline) {
        const std::string log = read(directory_.file("log"));
        std::smatch match;
        if (log.find("Server is ready to receive web requests") != log.npos && std::regex_search(log, match, listening))
            return std::stoi(match[1]);
        std::this_thread::sleep_for(10ms);
    }
    throw std::runtime_error("Prometheus does not start; cmake/install_debian_packages.sh tests installs it:\n" +
                             read(directory_.file("log")));
}

boost::json::value OwnPrometheus::get(const std::string& path) const {
    const std::string body = http_get(port_, "/api/v1/" + path);
    const boost::json::value answer = boost::json::parse(body);
    if (answer.at("status").as_string() != "success") throw std::runtime_error(path + ": " + body);
    return answer.at("data");
}

boost::json::value OwnPrometheus::query(const std::string& expression) const {
    return get("query?query=" + percent_encoded(expression)).at("result");
}

}  // namespace sociable::test
