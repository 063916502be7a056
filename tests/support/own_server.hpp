#pragma once

#include "support/database.hpp"

#include <sociable/url/url.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace sociable::test {

/// A database server of the test's own, which may be killed, frozen and launched again. Gone at the end.
class OwnServer {
public:
    /// Starts it, with settings of the server's own, as "max_connections=10". Not for SQLite.
    explicit OwnServer(Kind kind, const std::vector<std::string>& settings = {});
    /// Starts a PostgreSQL standby that streams from `primary`.
    static OwnServer standby_of(const OwnServer& primary);
    OwnServer(const OwnServer&) = delete;
    OwnServer& operator=(const OwnServer&) = delete;
    ~OwnServer();

    Kind kind() const noexcept { return kind_; }
    const Url& url() const noexcept { return url_; }
    const std::filesystem::path& directory() const noexcept { return directory_; }

    /// A PostgreSQL server that does not run comes back as a standby, of nobody.
    void make_standby();

    /// SIGKILL for all of its processes.
    void kill();
    /// Starts it again on the same port, and returns when it takes connections.
    void launch();
    /// SIGSTOP and SIGCONT for all of its processes.
    void freeze();
    void thaw();

private:
    OwnServer(Kind kind, const std::string& command, const std::string& argument);
    std::vector<int> processes() const;
    void signal_all(int signal) const;

    Kind kind_;
    std::filesystem::path directory_;
    Url url_;
};

/// Runs a command, and returns what it prints. @throws std::runtime_error when it fails
std::string run_command(const std::string& command);

}  // namespace sociable::test
