// The metrics, alert rules and dashboard in docs/monitoring, in the hands of Debian's Prometheus.
#include "support/http.hpp"
#include "support/own_prometheus.hpp"
#include "support/own_server.hpp"
#include "support/thrown.hpp"

#include <sociable/health/metrics.hpp>

#include <boost/json/parse.hpp>

#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const fs::path docs = fs::path(__FILE__).parent_path() / "../../docs/monitoring";
const std::string strange_name = "a\\b\"c\nd #2 {} \xc3\xa9";

/// What promtool prints, and "exit 0" when it is content.
std::string promtool(const std::string& arguments) {
    return run_command(
        "command -v promtool > /dev/null || echo 'cmake/install_debian_packages.sh tests installs it:'; "
        "promtool " +
        arguments + " 2>&1; echo exit $?");
}

/// Engines that are worked with, so that each metric has something to tell.
class Work {
public:
    Work() {
        for (int i = 0; i < 6; ++i)
            threads_.emplace_back([this, i] {
                for (int round = i; !stop_; ++round) use(round);
            });
    }
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    ~Work() {
        stop_ = true;
        for (std::thread& thread : threads_) thread.join();
    }

    /// With a server's connections, of which SQLite has none.
    std::string metrics() const {
        std::vector<PoolReading> readings{reading_of(engine_.pool()), reading_of(other_.pool())};
        readings[0].server_connections = {{"active", 2}, {"idle in transaction", 6}};
        return prometheus_metrics(readings, {.hikaricp = true});
    }

private:
    void use(int round) {
        try {
            Connection connection = engine_.connect();
            connection.execute("SELECT 1");
            if (round % 3 == 0) connection.execute("PRAGMA temp_store = MEMORY");
            if (round % 4 == 0) connection.execute("BEGIN");
            std::this_thread::sleep_for(2ms);
        } catch (const TimeoutError&) {
        }
        if (round % 10 == 0) engine_.pool().invalidate();
        std::this_thread::sleep_for(2ms);
    }

    Database database_{Kind::sqlite};
    Engine engine_ = database_.engine({.pool_size = 2,
                                       .max_overflow = 1,
                                       .pool_timeout = 3ms,
                                       .pool_pre_ping = true,
                                       .pool_ping_after_idle = 0ms,
                                       .pool_reset_session = true,
                                       .isolation_level = IsolationLevel::autocommit,
                                       .name = "shop"});
    Engine other_ = database_.engine({.name = strange_name});
    std::atomic<bool> stop_{false};
    std::vector<std::thread> threads_;
};

/// Whether one of a query's results is a number.
bool has_number(const json::value& result) {
    for (const json::value& series : result.as_array())
        if (!std::isnan(std::stod(std::string(series.at("value").at(1).as_string())))) return true;
    return false;
}

/// An expression of the dashboard's, with all pools and instances, and the shortest range that always has two scrapes.
std::string filled_in(const json::value& expression) {
    std::string text(expression.as_string());
    for (const auto& [variable, value] : {std::pair("\\$(pool|instance)", ".*"), {"\\$__rate_interval", "4s"}})
        text = std::regex_replace(text, std::regex(variable), value);
    CHECK_FALSE(contains(text, "$"));
    return text;
}

std::vector<std::string> queries_of(const json::value& dashboard) {
    std::vector<std::string> queries;
    for (const json::value& panel : dashboard.at("panels").as_array())
        if (panel.at("type") != "row")
            for (const json::value& target : panel.at("targets").as_array())
                queries.push_back(filled_in(target.at("expr")));
    return queries;
}

}  // namespace

TEST_CASE("promtool has no objection to the metrics, but to a name of OpenTelemetry's") {
    const TemporaryDirectory directory;
    const std::string file = directory.file("metrics");
    std::ofstream(file) << Work().metrics();
    CHECK(promtool("check metrics < '" + file + "'") ==
          "db_client_connection_count non-histogram and non-summary metrics should not have \"_count\" suffix\n"
          "exit 3\n");
}

TEST_CASE("promtool finds the alert rules right, and they fire when they should") {
    const std::string checked = promtool("check rules '" + (docs / "alerts.yml").string() + "'");
    CAPTURE(checked);
    CHECK(contains(checked, "SUCCESS: 4 rules found"));
    CHECK(checked.ends_with("exit 0\n"));
    const std::string tested = promtool("test rules '" + (docs / "alerts_test.yml").string() + "'");
    CAPTURE(tested);
    CHECK(contains(tested, "SUCCESS"));
    CHECK(tested.ends_with("exit 0\n"));
}

TEST_CASE("a real Prometheus takes the metrics of pools at work, and answers every query of the dashboard") {
    std::ifstream file(docs / "dashboard.json");
    const json::value dashboard = json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
    const std::vector<std::string> queries = queries_of(dashboard);
    CHECK(queries.size() > 40);

    const Work work;
    const HttpResponder responder(prometheus_content_type, [&] { return work.metrics(); });
    const OwnPrometheus prometheus(responder.port(), docs / "alerts.yml");

    const auto deadline = std::chrono::steady_clock::now() + 20s;
    for (const std::string& query : queries) {
        CAPTURE(query);
        // The first scrapes have no rates yet, and what is rare may come later.
        bool answered = false;
        while (!(answered = has_number(prometheus.query(query))) && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(100ms);
        CHECK(answered);
    }

    const json::value targets = prometheus.get("targets");
    const json::value& target = targets.at("activeTargets").at(0);
    CHECK(target.at("lastError") == "");
    CHECK(target.at("health") == "up");

    const json::value rules = prometheus.get("rules");
    for (const json::value& rule : rules.at("groups").at(0).at("rules").as_array()) CHECK(rule.at("health") == "ok");

    const json::value bounds = prometheus.query("db_client_connection_max{db_client_connection_pool_name=\"shop\"}");
    CHECK(bounds.at(0).at("value").at(1) == "3");
    // What the dashboard's lists of pools and instances ask for.
    const json::value names =
        prometheus.get("label/db_client_connection_pool_name/values?match[]=db_client_connection_max");
    CHECK(names == json::array{strange_name, "shop"});
    CHECK(prometheus.get("label/instance/values?match[]=db_client_connection_max").as_array().size() == 1);
}
