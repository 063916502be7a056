#pragma once

#include "support/database.hpp"

#include <map>
#include <regex>
#include <string>
#include <vector>

namespace sociable::test {

/// A program that runs for a test. It goes with the test, however that ends.
class OwnProcess {
public:
    /// Starts it, with these variables besides those of the test.
    explicit OwnProcess(std::vector<std::string> command, const std::map<std::string, std::string>& environment = {});
    OwnProcess(const OwnProcess&) = delete;
    OwnProcess& operator=(const OwnProcess&) = delete;
    ~OwnProcess();

    bool is_running() const;
    /// What it has printed so far.
    std::string output() const;
    /// Waits until what it prints matches, and returns what the first group matched.
    /// @throws std::runtime_error with what it has printed, when it ends before that, or takes 60 s
    std::string wait_for(const std::regex& text) const;
    void send_signal(int signal) const;
    /// Waits for its end; the exit code, or minus the signal that ended it.
    int wait();

private:
    TemporaryDirectory directory_;
    int process_ = 0;  ///< 0 when it was waited for
};

}  // namespace sociable::test
