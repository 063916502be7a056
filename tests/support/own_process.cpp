#include "support/own_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace sociable::test {

namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

}  // namespace

OwnProcess::OwnProcess(std::vector<std::string> command, const std::map<std::string, std::string>& environment) {
    command.insert(command.begin(), {"setpriv", "--pdeathsig", "KILL"});
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment) variables.push_back(name + '=' + value);
    for (char** variable = environ; *variable; ++variable) {
        const std::string text = *variable;
        if (!environment.contains(text.substr(0, text.find('=')))) variables.push_back(text);
    }
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    const std::string log = directory_.file("output");
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
    const int error =
        posix_spawnp(&process_, "setpriv", &files, nullptr, pointers(command).data(), pointers(variables).data());
    posix_spawn_file_actions_destroy(&files);
    if (error != 0) throw std::runtime_error("can't start " + command[3]);
}

OwnProcess::~OwnProcess() {
    if (process_ == 0) return;
    ::kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
}

bool OwnProcess::is_running() const {
    if (process_ == 0) return false;
    siginfo_t ended{};  // looks without reaping, so that the number stays ours
    return waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0;
}

std::string OwnProcess::output() const {
    std::ifstream in(directory_.file("output"));
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string OwnProcess::wait_for(const std::regex& text) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    for (;;) {
        const bool may_print_more = is_running() && std::chrono::steady_clock::now() < deadline;
        const std::string printed = output();
        if (std::smatch match; std::regex_search(printed, match, text)) return match[1];
        if (!may_print_more) throw std::runtime_error("the program does not print what it should:\n" + printed);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

void OwnProcess::send_signal(int signal) const {
    if (process_ != 0) ::kill(process_, signal);
}

int OwnProcess::wait() {
    int status = 0;
    if (process_ == 0 || waitpid(process_, &status, 0) != process_) throw std::runtime_error("there is no process");
    process_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace sociable::test
