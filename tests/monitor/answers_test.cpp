// What each path tells of pools on real databases, by its schema and by its figures.
#include "support/database.hpp"
#include "support/threads.hpp"

#include <sociable/monitor/monitor_handler.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <set>
#include <thread>

namespace json = boost::json;
using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> json_paths{"/health",          "/health/ready", "/health/database",  "/health/pool",
                                          "/health/detailed", "/pool/status",  "/pool/connections", "/pool/holders",
                                          "/pool/advice",     "/config"};

/// Answers that are kept, to be checked against their schemas all at once: the checker takes half a second to start.
class Answers {
public:
    json::value get(const MonitorHandler& handler, const std::string& path) {
        const MonitorResponse response = handler({.target = path});
        CHECK(response.content_type == "application/json");
        put(response.status == 200 || response.status == 503 ? path : "error", response.body);
        return json::parse(response.body);
    }
    void get_all(const MonitorHandler& handler) {
        for (const std::string& path : json_paths) get(handler, path);
    }
    void put(const std::string& path, const std::string& body) {
        std::ofstream(directory_.file(std::to_string(++count_))) << path << '\n' << body;
    }
    int count() const noexcept { return count_; }

    /// A line for each answer that does not fit its schema.
    std::string faults() const {
        const std::string source = std::filesystem::path(__FILE__).parent_path().string();
        const std::string command = "python3 " + source + "/check_answers.py " + source +
                                    "/../../docs/monitoring/answers.schema.json " + directory_.path().string() +
                                    "/* 2>&1";
        FILE* const pipe = popen(command.c_str(), "r");
        std::string output;
        for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
        return pclose(pipe) == 0 ? output : output + "(failed)";
    }

private:
    TemporaryDirectory directory_;
    int count_ = 0;
};

/// Every way to spoil a value a little: something left out, something more, another type; at every depth.
void spoil(const json::value& value, const std::function<void(json::value)>& spoilt) {
    spoilt(value.is_string() || value.is_null() ? json::value(json::array{}) : json::value("something else"));
    if (const auto* object = value.if_object()) {
        json::object more = *object;
        more["more"] = 1;
        spoilt(more);
        for (const auto& [key, member] : *object) {
            json::object less = *object;
            less.erase(key);
            spoilt(less);
            if (key == "closed_by_reason") continue;  // of which there may be any
            spoil(member, [&, name = std::string(key)](json::value other) {
                json::object changed = *object;
                changed[name] = std::move(other);
                spoilt(changed);
            });
        }
    } else if (const auto* array = value.if_array(); array && !array->empty()) {
        spoil(array->front(), [&](json::value other) {
            json::array changed = *array;
            changed.front() = std::move(other);
            spoilt(changed);
        });
    }
}

json::value get(const MonitorHandler& handler, std::string_view path) {
    return json::parse(handler({.target = path}).body);
}

json::value first_pool(const json::value& answer) { return answer.at("pools").at(0); }

std::vector<std::string> states(const json::value& connections) {
    std::vector<std::string> all;
    const json::value pool = first_pool(connections);
    for (const auto& each : pool.at("connections").as_array()) all.emplace_back(each.at("state").as_string());
    return all;
}

}  // namespace

TEST_CASE("every answer fits its schema, whatever the pool is doing") {
    Answers answers;
    for (const Kind kind : all_kinds) {
        Database database(kind);
        const MonitorOptions options{.database_timeout = 60s, .database_max_age = 0ms};
        {
            Engine engine = database.engine({.pool_size = 1, .max_overflow = 1, .pool_timeout = 10ms});
            const MonitorHandler handler(engine, options);
            answers.get_all(handler);  // nothing is open
            for (int i = 0; i < 200; ++i) engine.connect().execute("SELECT 1");
            Connection first = engine.connect();
            answers.get_all(handler);
            Connection second = engine.connect();
            CHECK_THROWS_AS(engine.connect(), TimeoutError);
            answers.get_all(handler);  // all are in use
            engine.pool().suspend();
            answers.get_all(handler);
        }
        for (const PoolClass other : {PoolClass::null, PoolClass::static_, PoolClass::singleton_thread})
            answers.get_all(MonitorHandler(database.engine({.pool_class = other, .name = "\xff \"other\""}), options));
        Engine endless = database.engine({.pool_size = unlimited});
        answers.get_all(MonitorHandler(endless, options));
    }
    Engine nowhere = create_engine("postgresql://nobody@127.0.0.1:1/nothing", {.pool_connect_retries = 0});
    answers.get_all(MonitorHandler(nowhere, {.database_timeout = 60s}));
    answers.get(MonitorHandler(nowhere), "/nowhere");
    CHECK(answers.faults() == "");
}

TEST_CASE("an answer that is spoilt anywhere does not fit its schema") {
    Database database(Kind::postgresql);
    Engine engine = database.engine({.pool_size = 2});
    const MonitorHandler handler(engine, {.database_timeout = 60s});
    Connection held = engine.connect();
    Answers answers;
    for (const std::string& path : json_paths) {
        if (path == "/config") continue;  // its options may be of any name and of several types
        spoil(get(handler, path), [&](const json::value& spoilt) { answers.put(path, json::serialize(spoilt)); });
    }
    const std::string faults = answers.faults();
    const auto lines = std::count(faults.begin(), faults.end(), '\n');
    CHECK(answers.count() > 300);
    INFO(faults);
    CHECK(lines == answers.count());
}

TEST_CASE("status tells the pool's figures") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 2, .max_overflow = 1, .pool_min_idle = 1});
        wait_until([&] { return engine.pool().status().checked_in == 1; });
        const MonitorHandler handler(engine);
        Connection first = engine.connect(), second = engine.connect(), third = engine.connect();
        const json::value s = first_pool(get(handler, "/pool/status"));
        CHECK(s.at("name") == json::value(engine.name()));
        CHECK(s.at("dialect") == json::value(engine.dialect_name()));
        CHECK(s.at("size") == 2);
        CHECK(s.at("max_overflow") == 1);
        CHECK(s.at("limit") == 3);
        CHECK(s.at("min_idle") == 1);
        CHECK(s.at("in_use") == 3);
        CHECK(s.at("idle") == 0);
        CHECK(s.at("overflow") == 1);
        CHECK(s.at("utilisation") == 1.0);
        CHECK(s.at("suspended") == false);
        CHECK(s.at("counters").at("checkouts") == 3);
        CHECK(s.at("counters").at("opened") == 3);
        for (int i = 0; i < 4; ++i) second.execute("SELECT 1");
        const json::value counted = first_pool(get(handler, "/pool/status")).at("counters");
        CHECK(counted.at("statement_hits") == 3);
        CHECK(counted.at("statement_misses") == 1);
        CHECK(counted.at("statement_hit_ratio") == 0.75);
        CHECK(counted.at("statement_evictions") == 0);
        first.close();
        CHECK(first_pool(get(handler, "/pool/status")).at("times").at("use").at("since_start").at("count") == 1);
    });
}

TEST_CASE("connections are told with their state, their age, and who holds them") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 2, .max_overflow = 2});
        const MonitorHandler handler(engine);
        CHECK(states(get(handler, "/pool/connections")).empty());
        Connection first = engine.connect();
        const unsigned line = __LINE__ - 1;
        std::optional<Connection> second = engine.connect(), third = engine.connect();
        CHECK(states(get(handler, "/pool/connections")) == std::vector<std::string>{"in_use", "in_use", "overflow"});
        third.reset();
        second.reset();
        const json::value now = get(handler, "/pool/connections");
        CHECK(states(now).size() == 3);
        CHECK(states(now)[0] == "in_use");
        const json::value told = first_pool(now);
        for (const auto& each : told.at("connections").as_array()) {
            if (each.at("state") == "idle") {
                CHECK(each.at("holder").is_null());
                CHECK(each.at("idle_seconds").is_double());
                continue;
            }
            CHECK(each.at("id") == first.connection_id());
            CHECK(each.at("holder").at("line") == line);
            CHECK(each.at("holder").at("file").as_string().ends_with("answers_test.cpp"));
            CHECK(each.at("idle_seconds").is_null());
        }
        const json::value holders = first_pool(get(handler, "/pool/holders")).at("holders");
        REQUIRE(holders.as_array().size() == 1);
        CHECK(holders.at(0).at("connection_id") == first.connection_id());
    });
}

TEST_CASE("health and readiness: fine, all in use, suspended") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .max_overflow = 0});
        const MonitorHandler handler(engine, {.health = {.round_trip_warning = 60s, .round_trip_error = 60s},
                                              .database_timeout = 60s,
                                              .database_max_age = 0ms});
        const auto status = [&](std::string_view path) { return handler({.target = path}).status; };
        CHECK(status("/health/ready") == 200);
        CHECK(status("/health/database") == 200);
        CHECK(status("/health/pool") == 200);
        const json::value well = get(handler, "/health/detailed");
        CHECK(well.at("status") == "healthy");
        CHECK(well.at("score") == 100);
        CHECK(first_pool(well).at("round_trip_seconds").is_double());
        CHECK(first_pool(well).at("server").is_object());
        {
            Connection held = engine.connect();
            CHECK(status("/health/ready") == 200);  // others would only get more to do
            CHECK(status("/health/pool") == 503);
            CHECK(get(handler, "/health/pool").at("status") == "error");
            CHECK(status("/health/database") == 200);  // it may be well
            const json::value unasked = get(handler, "/health/database");
            CHECK(unasked.at("answers").is_null());
            CHECK(first_pool(unasked).at("error") == "No connection was free, so the database was not asked.");
        }
        engine.pool().suspend();
        CHECK(status("/health/ready") == 503);
        CHECK(first_pool(get(handler, "/health/ready")).at("reasons").at(0) == "The pool is suspended.");
        engine.pool().resume();
        CHECK(status("/health/ready") == 200);
        handler.set_ready(false);
        CHECK(status("/health/ready") == 503);
        CHECK(get(handler, "/health/ready").at("reasons").at(0) == "The service says that it is not ready.");
        CHECK(status("/health/database") == 200);
        handler.set_ready(true);
        CHECK(status("/health/ready") == 200);
        CHECK(status("/health") == 200);
    });
}

TEST_CASE("several engines: each is told, and the worst counts") {
    Engine good = create_engine("sqlite://", {.name = "good"});
    Engine bad = create_engine("postgresql://nobody@127.0.0.1:1/nothing", {.pool_connect_retries = 0, .name = "bad"});
    const MonitorHandler handler({good, bad}, {.database_timeout = 60s});
    const json::value ready = get(handler, "/health/ready");
    CHECK(ready.at("ready") == false);
    CHECK(ready.at("pools").at(0).at("ready") == true);
    CHECK(ready.at("pools").at(1).at("ready") == false);
    CHECK(ready.at("pools").at(1).at("reasons").at(0) == "The database does not answer.");
    CHECK(get(handler, "/health/detailed").at("status") == "error");
    CHECK(get(handler, "/pool/status").at("pools").at(1).at("name") == "bad");
    const std::string metrics = handler({.target = "/metrics"}).body;
    CHECK(metrics.find("\"good\"") != metrics.npos);
    CHECK(metrics.find("\"bad\"") != metrics.npos);
    CHECK_THROWS_AS(MonitorHandler({good, good}), ArgumentError);
    CHECK_THROWS_AS(MonitorHandler(std::vector<Engine>{}), ArgumentError);
}

TEST_CASE("metrics tell what the server sees") {
    on_each(servers, [](Database& database) {
        const MonitorHandler handler(database.engine(), {.database_timeout = 60s});
        const MonitorResponse response = handler({.target = "/metrics"});
        CHECK(response.content_type == prometheus_content_type);
        CHECK(response.body.find("idle in transaction") != std::string::npos);
    });
}

TEST_CASE("the configuration is told without secrets") {
    Engine engine = create_engine("postgresql://app:s3cret@127.0.0.1:1/shop?sslpassword=s3cret",
                                  {.pool_size = 7,
                                   .pool_recycle = 90min,
                                   .connect_args = {{"passfile", "s3cret"}},
                                   .init_sql = {"SET x = 's3cret'"}});
    const MonitorHandler handler(engine, {.token = "s3cret"});
    const MonitorResponse response = handler({.target = "/config", .authorization = "Bearer s3cret"});
    CHECK(response.status == 200);
    CHECK(response.body.find("s3cret") == std::string::npos);
    const json::value options = first_pool(json::parse(response.body)).at("options");
    CHECK(options.at("pool_size") == 7);
    CHECK(options.at("max_overflow") == 10);
    CHECK(options.at("pool_recycle") == "5400 s");
    CHECK(options.at("pool_timeout") == "30 s");
    CHECK(options.at("init_sql") == 1);
    CHECK(options.at("pool_max_idle_time").is_null());
}

TEST_CASE("/config tells every option there is") {
    std::ifstream header(std::filesystem::path(__FILE__).parent_path() / "../../include/sociable/engine/options.hpp");
    const json::value options =
        first_pool(get(MonitorHandler(create_engine("sqlite:///a.db")), "/config")).at("options");
    int count = 0;
    for (std::string line; std::getline(header, line);) {
        const auto end = line.find_first_of("={;");
        if (!line.starts_with("    ") || line.starts_with("    //") || end == line.npos) continue;
        const auto last = line.find_last_not_of(' ', end - 1);
        const std::string name = line.substr(line.rfind(' ', last) + 1, last - line.rfind(' ', last));
        CAPTURE(name);
        ++count;
        if (name != "name" && name != "sqlite") CHECK(options.as_object().contains(name));
    }
    CHECK(count > 25);
}

TEST_CASE("docs/monitoring.md lists every path, and no other") {
    std::ifstream in(std::filesystem::path(__FILE__).parent_path() / "../../docs/monitoring.md");
    const MonitorHandler handler(create_engine("sqlite://"));
    std::set<std::string> listed;
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("| `/")) listed.insert(line.substr(3, line.find('`', 3) - 3));
    for (const std::string& path : listed) {
        CAPTURE(path);
        CHECK(handler({.target = path}).status != 404);
    }
    std::set<std::string> all(json_paths.begin(), json_paths.end());
    all.insert({"/", "/metrics"});
    CHECK(listed == all);
}
