#pragma once

#include "support/database.hpp"
#include "support/own_process.hpp"

#include <boost/json/value.hpp>

#include <filesystem>
#include <string>

namespace sociable::test {

/// A Prometheus server of the test's own, on a free port of the loopback interface. Gone at the end.
class OwnPrometheus {
public:
    /// Scrapes `target`, a port of the loopback interface, and evaluates the rules, each second.
    OwnPrometheus(int target, const std::filesystem::path& rules);

    /// What the HTTP API answers to /api/v1/`path`: its "data". @throws std::runtime_error for an error
    boost::json::value get(const std::string& path) const;
    /// What an expression is now: its "result".
    boost::json::value query(const std::string& expression) const;

private:
    TemporaryDirectory directory_;
    OwnProcess process_;
    int port_ = 0;
};

}  // namespace sociable::test
