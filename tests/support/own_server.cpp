#include "support/own_server.hpp"

#include "support/threads.hpp"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace sociable::test {

namespace {

namespace fs = std::filesystem;

std::string server_name(Kind kind) { return kind == Kind::postgresql ? "postgresql" : "mariadb"; }

std::string script(const std::string& command, const fs::path& directory, const std::string& server = {}) {
    return "'" + (fs::path(__FILE__).parent_path() / "../servers.sh").string() + "' " + command + " '" +
           directory.string() + "' " + server;
}

fs::path make_directory() {
    std::string name = (fs::temp_directory_path() / "sociable-server-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no temporary directory for a server");
    return name;
}

/// "S 123 ...": what the system tells of a process after its name; empty when there is none.
std::string status_of(int process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto end = text.rfind(')');  // of the name, which may have blanks
    return end == std::string::npos ? std::string() : text.substr(end + 2);
}

char state_of(int process) {
    const std::string status = status_of(process);
    return status.empty() ? '\0' : status[0];
}

/// Every thread of it: a signal stops them one after the other.
bool is_stopped(int process) {
    std::error_code gone;
    for (const auto& thread : fs::directory_iterator("/proc/" + std::to_string(process) + "/task", gone)) {
        const char state = state_of(std::stoi(thread.path().filename()));
        if (state == 'R' || state == 'S' || state == 'D') return false;
    }
    return true;
}

int parent_of(int process) {
    const std::string status = status_of(process);
    return status.empty() ? 0 : std::stoi(status.substr(2));
}

}  // namespace

std::string run_command(const std::string& command) {
    std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    if (!pipe) throw std::runtime_error("can't run: " + command);
    std::string output;
    char buffer[4096];
    while (const std::size_t got = fread(buffer, 1, sizeof buffer, pipe.get())) output.append(buffer, got);
    const int status = pclose(pipe.release());
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error("failed: " + command);
    return output;
}

OwnServer::OwnServer(Kind kind, const std::vector<std::string>& settings)
    : OwnServer(kind, "start",
                std::accumulate(settings.begin(), settings.end(), server_name(kind),
                                [](std::string all, const std::string& setting) {
                                    return std::move(all) + " '" + setting + "'";
                                })) {}

OwnServer OwnServer::standby_of(const OwnServer& primary) {
    return OwnServer(Kind::postgresql, "standby", "'" + primary.directory_.string() + "'");
}

OwnServer::OwnServer(Kind kind, const std::string& command, const std::string& argument)
    : kind_(kind), directory_(make_directory()), url_("sqlite://") {
    const std::string output = run_command(script(command, directory_, argument));
    const auto begin = output.find('=') + 1;
    url_ = Url(output.substr(begin, output.find('\n', begin) - begin));
}

OwnServer::~OwnServer() {
    try {
        signal_all(SIGCONT);
        run_command(script("stop", directory_));
    } catch (const std::exception& e) {
        MESSAGE("a test's server could not be stopped: " << e.what());
    }
}

std::vector<int> OwnServer::processes() const {
    int first = 0;
    std::ifstream(directory_ / (server_name(kind_) + ".pid")) >> first;
    std::vector<int> all{first};
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") == std::string::npos && parent_of(std::stoi(name)) == first)
            all.push_back(std::stoi(name));
    }
    return all;
}

void OwnServer::signal_all(int signal) const {
    for (const int process : processes()) ::kill(process, signal);
}

void OwnServer::kill() {
    // The first one is stopped before, so that it has no children of which we don't know.
    const int first = processes().front();
    ::kill(first, SIGSTOP);
    wait_until([first] { return state_of(first) == 'T'; });
    const std::vector<int> all = processes();
    for (const int process : all) ::kill(process, SIGKILL);
    for (const int process : all)  // they are not our children, and may stay as zombies
        wait_until([process] { return state_of(process) == 'Z' || state_of(process) == 0; });
}

void OwnServer::make_standby() { std::ofstream(directory_ / "postgresql" / "standby.signal"); }

void OwnServer::launch() { run_command(script("launch", directory_, server_name(kind_))); }

void OwnServer::freeze() {
    // Some would still answer before they have stopped, and one that is just being forked is not in the list yet.
    wait_until([this] {
        signal_all(SIGSTOP);
        const std::vector<int> all = processes();
        return std::all_of(all.begin(), all.end(), is_stopped);
    });
}

void OwnServer::thaw() { signal_all(SIGCONT); }

}  // namespace sociable::test
