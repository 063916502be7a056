#include "support/own_service.hpp"

#include "support/own_server.hpp"
#include "support/threads.hpp"

#include <signal.h>

#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

namespace sociable::test {

using namespace std::chrono_literals;

namespace {

std::map<std::string, std::string> with_needed(std::map<std::string, std::string> environment,
                                               const std::string& database_url) {
    environment.merge(std::map<std::string, std::string>{
        {"DATABASE_URL", database_url}, {"SERVICE_PORT", "0"}, {"MONITOR_PORT", "0"}});
    return environment;
}

/// What wrk says of its requests, by its script.
std::map<int, int> statuses_in(const std::string& output) {
    std::map<int, int> statuses;
    static const std::regex line(R"(status (\d+): (\d+))");
    for (std::sregex_iterator each(output.begin(), output.end(), line), end; each != end; ++each)
        statuses[std::stoi((*each)[1])] = std::stoi((*each)[2]);
    return statuses;
}

}  // namespace

OwnService::OwnService(const std::string& program, const std::string& database_url,
                       std::map<std::string, std::string> environment)
    : process_({program}, with_needed(std::move(environment), database_url)),
      port_(std::stoi(process_.wait_for(std::regex(R"(notes: http://127\.0\.0\.1:(\d+)/notes\n)")))),
      monitor_port_(std::stoi(process_.wait_for(std::regex(R"(monitor: http://127\.0\.0\.1:(\d+)/\n)")))) {}

HttpAnswer OwnService::post(const std::string& json) const {
    HttpClient client(port_);
    client.send("POST /notes HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(json.size()) +
                "\r\n\r\n" + json);
    return client.receive().value();
}

void restart_under_load(const std::string& program, Kind kind, int seconds) {
    using Clock = std::chrono::steady_clock;
    OwnServer server(kind);
    OwnService service(program, server.url().to_string_with_password(), {{"DB_POOL_TIMEOUT", "2"}});
    CHECK(service.status_of("/health/ready") == 200);

    const auto script = std::filesystem::path(__FILE__).parent_path() / "wrk.lua";
    OwnProcess wrk({"wrk", "-t2", "-c32", "-d" + std::to_string(seconds) + "s", "--timeout", "10s", "-s",
                    script.string(), "http://127.0.0.1:" + std::to_string(service.port()) + "/notes"});
    std::this_thread::sleep_for(std::chrono::milliseconds(seconds * 300));
    server.kill();
    wait_until([&] { return service.status_of("/health/ready") == 503; });
    CHECK(service.status_of("/health") == 200);
    const HttpAnswer refusal = service.get("/notes");
    CHECK(refusal.status == 503);
    CHECK(refusal.headers.contains("retry-after"));
    CHECK(wrk.is_running());  // or the load was over before
    server.launch();
    const auto launched = Clock::now();
    wait_until([&] { return service.get("/notes").status == 200; });
    CHECK(Clock::now() - launched < 2s);
    wait_until([&] { return service.status_of("/health/ready") == 200; });

    CHECK(wrk.wait() == 0);
    const std::string output = wrk.output();
    MESSAGE(to_string(kind) << ":\n" << output);
    std::map<int, int> statuses = statuses_in(output);
    CHECK(statuses[200] > 0);
    CHECK(statuses[201] > 0);
    CHECK(statuses[503] > 0);
    CHECK(statuses.size() == 3);
    CHECK(output.find("socket errors: 0\n") != output.npos);

    CHECK(service.process().is_running());
    service.process().send_signal(SIGTERM);
    CHECK(service.process().wait() == 0);
}

}  // namespace sociable::test
