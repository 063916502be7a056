#pragma once

#include "support/database.hpp"
#include "support/http.hpp"
#include "support/own_process.hpp"

#include <map>
#include <string>

namespace sociable::test {

/// The example service, on free ports.
class OwnService {
public:
    /// `program` is its path, and `environment` is added to what it needs.
    OwnService(const std::string& program, const std::string& database_url,
               std::map<std::string, std::string> environment = {});

    int port() const noexcept { return port_; }
    int monitor_port() const noexcept { return monitor_port_; }
    OwnProcess& process() noexcept { return process_; }

    /// What it answers, on a connection of its own.
    HttpAnswer get(const std::string& target) const { return HttpClient(port_).get(target); }
    int status_of(const std::string& monitor_target) const {
        return HttpClient(monitor_port_).get(monitor_target).status;
    }
    /// Makes a note of what is given as JSON.
    HttpAnswer post(const std::string& json) const;

private:
    OwnProcess process_;
    int port_;
    int monitor_port_;
};

/// Lets wrk load the service for some seconds while its database server is killed and launched again, and checks that
/// the service survives it and nobody sees more than 503.
void restart_under_load(const std::string& program, Kind kind, int seconds);

}  // namespace sociable::test
