#include "support/prometheus_text.hpp"
#include "support/scripted.hpp"
#include "support/thrown.hpp"

#include <sociable/health/metrics.hpp>

#include <atomic>
#include <initializer_list>
#include <locale>
#include <map>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

Durations durations(std::initializer_list<std::chrono::nanoseconds> times) {
    Durations all;
    for (const auto time : times) {
        all.add(Durations::bucket_of(time), 1);
        all.add_sum(time);
        all.add_longest(time);
    }
    return all;
}

PoolReading every_figure_another() {
    PoolReading reading;
    PoolStatus& s = reading.status;
    s.name = "shop";
    s.pool_class = PoolClass::queue;
    s.size = 11;
    s.max_overflow = 12;
    s.min_idle = 13;
    s.checked_in = 14;
    s.checked_out = 15;
    s.overflow = 16;
    s.opening = 17;
    s.waiters = 18;
    s.oldest_wait = 19ms;
    s.suspended = true;
    s.checkouts = 20;
    s.hits = 21;
    s.failed = 22;
    s.timeouts = 23;
    s.opened = 24;
    for (std::size_t i = 0; i < close_reason_count; ++i) s.closed_by_reason[i] = 30 + i;
    s.connect_errors = 40;
    s.recycled = 41;
    s.rollbacks = 42;
    s.session_resets = 43;
    s.leaks = 44;
    s.socket_checks = 45;
    s.dead_sockets = 46;
    s.pings = 47;
    s.failed_pings = 48;
    s.statement_hits = 54;
    s.statement_misses = 55;
    s.statement_evictions = 56;
    s.wait.last_minute.longest = 49ms;
    s.use.last_minute.longest = 50ms;
    s.connect.last_minute.longest = 51ms;
    reading.times = {durations({900ns, 20ms}), durations({3ms}), durations({4ms}), durations({5ms}), durations({6ms})};
    reading.server_connections = {{"active", 52}, {"idle in transaction", 53}};
    return reading;
}

std::string text_of_one(const PoolReading& reading, const MetricsOptions& options = {}) {
    return prometheus_metrics(std::span(&reading, 1), options);
}

std::string named(const std::string& name) {
    PoolReading reading;
    reading.status.name = name;
    return text_of_one(reading);
}

/// The lines of one family.
std::string lines_of(const std::string& text, const std::string& family) {
    const auto begin = text.find("# HELP " + family + ' ');
    REQUIRE(begin != std::string::npos);
    return text.substr(begin, text.find("# HELP ", begin + 1) - begin);
}

}  // namespace

TEST_CASE("metrics are written as Prometheus reads them") {
    const std::string text = text_of_one(every_figure_another(), {.hikaricp = true});
    CHECK(lines_of(text, "db_client_connection_count") ==
          R"(# HELP db_client_connection_count Connections by state.
# TYPE db_client_connection_count gauge
db_client_connection_count{db_client_connection_pool_name="shop",db_client_connection_state="idle"} 14
db_client_connection_count{db_client_connection_pool_name="shop",db_client_connection_state="used"} 15
db_client_connection_count{db_client_connection_pool_name="shop",db_client_connection_state="opening"} 17
)");
    CHECK(lines_of(text, "db_client_connection_timeouts_total") ==
          R"(# HELP db_client_connection_timeouts_total Checkouts that gave up waiting.
# TYPE db_client_connection_timeouts_total counter
db_client_connection_timeouts_total{db_client_connection_pool_name="shop"} 23
)");
    const std::string wait = lines_of(text, "db_client_connection_wait_time_seconds");
    CHECK(wait.starts_with(
        R"(# HELP db_client_connection_wait_time_seconds How long checkouts waited for a connection.
# TYPE db_client_connection_wait_time_seconds histogram
db_client_connection_wait_time_seconds_bucket{db_client_connection_pool_name="shop",le="0.000001024"} 1
db_client_connection_wait_time_seconds_bucket{db_client_connection_pool_name="shop",le="0.000002048"} 1
)"));
    CHECK(wait.ends_with(
        R"(db_client_connection_wait_time_seconds_bucket{db_client_connection_pool_name="shop",le="68.719476736"} 2
db_client_connection_wait_time_seconds_bucket{db_client_connection_pool_name="shop",le="+Inf"} 2
db_client_connection_wait_time_seconds_sum{db_client_connection_pool_name="shop"} 0.0200009
db_client_connection_wait_time_seconds_count{db_client_connection_pool_name="shop"} 2
)"));
    CHECK(lines_of(text, "hikaricp_connections_acquire_seconds") ==
          R"(# HELP hikaricp_connections_acquire_seconds How long checkouts waited for a connection.
# TYPE hikaricp_connections_acquire_seconds summary
hikaricp_connections_acquire_seconds_sum{pool="shop"} 0.0200009
hikaricp_connections_acquire_seconds_count{pool="shop"} 2
)");
}

TEST_CASE("metrics tell every figure of a pool's status") {
    const PrometheusText text(text_of_one(every_figure_another()));
    const auto value = [&](const char* name, const PrometheusText::Labels& labels = {}) {
        return text.value(name, labels);
    };
    CHECK(value("db_client_connection_idle_max") == "11");
    CHECK(value("db_client_connection_idle_min") == "13");
    CHECK(value("db_client_connection_max") == "23");
    CHECK(value("db_client_connection_pending_requests") == "18");
    CHECK(value("db_client_connection_create_time_seconds_sum") == "0.003");
    CHECK(value("db_client_connection_use_time_seconds_sum") == "0.004");
    CHECK(value("sociable_pool_size") == "11");
    CHECK(value("sociable_pool_overflow") == "16");
    CHECK(value("sociable_pool_overflow_max") == "12");
    CHECK(value("sociable_pool_suspended") == "1");
    CHECK(value("sociable_pool_oldest_wait_seconds") == "0.019");
    CHECK(value("sociable_pool_checkouts_total") == "20");
    CHECK(value("sociable_pool_hits_total") == "21");
    CHECK(value("sociable_pool_failed_checkouts_total") == "22");
    CHECK(value("sociable_pool_opened_total") == "24");
    CHECK(value("sociable_pool_closed_total", {{"reason", "invalidated"}}) == "30");
    CHECK(value("sociable_pool_closed_total", {{"reason", "not_kept"}}) == "34");
    CHECK(value("sociable_pool_closed_total", {{"reason", "detached"}}) == "37");
    CHECK(value("sociable_pool_connect_errors_total") == "40");
    CHECK(value("sociable_pool_recycled_total") == "41");
    CHECK(value("sociable_pool_rollbacks_total") == "42");
    CHECK(value("sociable_pool_session_resets_total") == "43");
    CHECK(value("sociable_pool_leaks_total") == "44");
    CHECK(value("sociable_pool_pings_total", {{"tier", "socket"}}) == "45");
    CHECK(value("sociable_pool_failed_pings_total", {{"tier", "socket"}}) == "46");
    CHECK(value("sociable_pool_pings_total", {{"tier", "server"}}) == "47");
    CHECK(value("sociable_pool_failed_pings_total", {{"tier", "server"}}) == "48");
    CHECK(value("sociable_pool_statement_hits_total") == "54");
    CHECK(value("sociable_pool_statement_misses_total") == "55");
    CHECK(value("sociable_pool_statement_evictions_total") == "56");
    CHECK(value("sociable_pool_ping_time_seconds_sum") == "0.005");
    CHECK(value("sociable_pool_reset_time_seconds_sum") == "0.006");
    CHECK(value("sociable_server_connections", {{"state", "idle in transaction"}}) == "53");
}

TEST_CASE("metrics tell the same in HikariCP's names, when they are asked for") {
    const PrometheusText text(text_of_one(every_figure_another(), {.hikaricp = true}));
    const auto value = [&](const std::string& name) { return text.value(name, {{"pool", "shop"}}); };
    CHECK(value("hikaricp_connections") == "29");
    CHECK(value("hikaricp_connections_active") == "15");
    CHECK(value("hikaricp_connections_idle") == "14");
    CHECK(value("hikaricp_connections_pending") == "18");
    CHECK(value("hikaricp_connections_max") == "23");
    CHECK(value("hikaricp_connections_min") == "13");
    CHECK(value("hikaricp_connections_timeout_total") == "23");
    CHECK(value("hikaricp_connections_acquire_seconds_max") == "0.049");
    CHECK(value("hikaricp_connections_usage_seconds_sum") == "0.004");
    CHECK(value("hikaricp_connections_usage_seconds_count") == "1");
    CHECK(value("hikaricp_connections_usage_seconds_max") == "0.05");
    CHECK(value("hikaricp_connections_creation_seconds_sum") == "0.003");
    CHECK(value("hikaricp_connections_creation_seconds_max") == "0.051");
    CHECK_FALSE(contains(text_of_one(every_figure_another()), "hikaricp"));
}

TEST_CASE("metrics are of the types that their names promise, and have the labels of all pools") {
    std::vector<PoolReading> pools(3, every_figure_another());
    pools[1].status.name = "stock";
    pools[2].status.name = "";
    const PrometheusText text(prometheus_metrics(pools, {.hikaricp = true}));
    CHECK(text.families().size() == 45);
    for (const auto& family : text.families()) {
        CAPTURE(family.name);
        CHECK((family.type == "counter") == family.name.ends_with("_total"));
        CHECK(family.help.ends_with('.'));
        std::set<std::string> names;
        for (const auto& sample : family.samples)
            names.insert(
                sample.labels.at(family.name.starts_with("hikaricp") ? "pool" : "db_client_connection_pool_name"));
        CHECK(names == std::set<std::string>{"", "shop", "stock"});
    }
    const PrometheusText none(prometheus_metrics(std::span<const PoolReading>()));
    for (const auto& family : none.families()) CHECK(family.samples.empty());
}

TEST_CASE("metrics keep whatever an engine is called") {
    const std::string strange = "a\\b\"c\nd\\n{pool=\"x\"} 1\n# HELP x y \t\r\x01";
    CHECK(contains(named(strange), R"(="a\\b\"c\nd\\n{pool=\"x\"} 1\n# HELP x y )"));
    const PrometheusText text(named(strange));
    for (const auto& family : text.families())
        for (const auto& sample : family.samples) CHECK(sample.labels.at("db_client_connection_pool_name") == strange);
}

TEST_CASE("metrics are UTF-8 whatever an engine is called") {
    CHECK(contains(named("caf\xe9"), "=\"caf\xef\xbf\xbd\"} 0\n"));
    CHECK(contains(named("caf\xc3\xa9"), "=\"caf\xc3\xa9\"} 0\n"));
}

TEST_CASE("metrics of pools of the same name can be told apart") {
    std::vector<PoolReading> pools(5);
    const std::vector<std::string> names{"a", "a #2", "a", "a", "a #2"};
    for (std::size_t i = 0; i < pools.size(); ++i) pools[i].status.name = names[i];
    std::vector<std::string> told;
    const PrometheusText text(prometheus_metrics(pools));
    for (const auto& sample : text.family("sociable_pool_size").samples)
        told.push_back(sample.labels.at("db_client_connection_pool_name"));
    CHECK(told == std::vector<std::string>{"a", "a #2", "a #3", "a #4", "a #2 #2"});
}

TEST_CASE("metrics' histograms rise, and count and sum every time") {
    PoolReading reading;
    Durations& wait = reading.times.wait;
    std::chrono::nanoseconds sum{0};
    for (auto time = 1ns; time < 200h; time = time * 5 / 3 + 1ns) {
        wait.add(Durations::bucket_of(time), 1);
        wait.add_sum(time);
        sum += time;
    }
    const PrometheusText text(text_of_one(reading));
    const auto& samples = text.family("db_client_connection_wait_time_seconds").samples;
    CHECK(samples.size() == 27 + 3);
    double last_end = 0;
    std::uint64_t last_count = 0;
    for (const auto& sample : samples) {
        if (!sample.name.ends_with("_bucket")) continue;
        const std::string& end = sample.labels.at("le");
        const std::uint64_t count = std::stoull(sample.value);
        CHECK(count >= last_count);
        last_count = count;
        if (end == "+Inf") continue;
        CHECK(std::stod(end) > last_end);
        last_end = std::stod(end);
        std::uint64_t expected = 0;
        for (auto time = 1ns; time < 200h; time = time * 5 / 3 + 1ns)
            if (static_cast<double>(time.count()) / 1e9 < last_end) ++expected;
        CHECK(count == expected);
    }
    CHECK(last_count == wait.count());
    CHECK(text.value("db_client_connection_wait_time_seconds_count") == std::to_string(wait.count()));
    const std::string told = text.value("db_client_connection_wait_time_seconds_sum");
    CHECK(told == std::to_string(sum / 1s) + "." + std::to_string(1'000'000'000 + sum % 1s / 1ns).substr(1));
}

TEST_CASE("metrics' sums keep each nanosecond") {
    const auto sum = [](std::chrono::nanoseconds time) {
        PoolReading reading;
        reading.status.oldest_wait = time;
        return PrometheusText(text_of_one(reading)).value("sociable_pool_oldest_wait_seconds");
    };
    CHECK(sum(0ns) == "0");
    CHECK(sum(1ns) == "0.000000001");
    CHECK(sum(100ns) == "0.0000001");
    CHECK(sum(1s) == "1");
    CHECK(sum(20s) == "20");
    CHECK(sum(9223372036854775807ns) == "9223372036.854775807");
    CHECK(sum(-1ns) == "0");  // never, but a clock may be wrong
}

TEST_CASE("metrics have no bounds where a pool has none") {
    const auto value = [](const PoolStatus& status, const char* name) {
        return PrometheusText(text_of_one({.status = status})).value(name);
    };
    PoolStatus s;
    s.pool_class = PoolClass::queue;
    s.size = 5;
    s.max_overflow = unlimited;
    CHECK(value(s, "db_client_connection_max") == "+Inf");
    CHECK(value(s, "sociable_pool_overflow_max") == "+Inf");
    CHECK(value(s, "db_client_connection_idle_max") == "5");
    s.overflow = -3;
    CHECK(value(s, "sociable_pool_overflow") == "0");
    s.size = unlimited;
    s.overflow = 7;  // all that are open
    CHECK(value(s, "db_client_connection_idle_max") == "+Inf");
    CHECK(value(s, "sociable_pool_overflow") == "0");
    s.size = s.max_overflow = 0;
    for (const PoolClass without : {PoolClass::null, PoolClass::singleton_thread}) {
        s.pool_class = without;
        CHECK(value(s, "db_client_connection_max") == "+Inf");
        CHECK(value(s, "db_client_connection_idle_max") == (without == PoolClass::null ? "0" : "+Inf"));
        CHECK(value(s, "sociable_pool_overflow") == "0");
    }
    s.pool_class = PoolClass::static_;
    s.size = 1;
    CHECK(value(s, "db_client_connection_max") == "1");
}

TEST_CASE("metrics are the same in every locale") {
    struct Grouped : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
        char do_thousands_sep() const override { return '.'; }
        std::string do_grouping() const override { return "\1"; }
    };
    PoolReading reading = every_figure_another();
    reading.status.checkouts = 1234567890;
    const std::string text = text_of_one(reading);
    const std::locale before = std::locale::global(std::locale(std::locale(), new Grouped));
    const std::string grouped = text_of_one(reading);
    std::locale::global(before);
    CHECK(grouped == text);
}

TEST_CASE("metrics of pools that work: what was done is counted, and no counter goes back") {
    Engine one = scripted_engine(std::make_shared<Script>(), {.pool_size = 2, .pool_min_idle = 1, .name = "one"});
    Engine other = scripted_engine(std::make_shared<Script>(), {.pool_size = 3, .name = "other"});
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            while (!stop) one.connect().execute("SELECT 1");
        });
    const std::vector<Pool> pools{one.pool(), other.pool()};
    std::map<std::string, std::uint64_t> last;
    for (int i = 0; i < 100; ++i) {
        const PrometheusText text(prometheus_metrics(pools));
        for (const auto& family : text.families()) {
            if (family.type == "gauge") continue;
            for (const auto& sample : family.samples) {
                if (sample.name.ends_with("_sum")) continue;
                std::string series = sample.name;
                for (const auto& [label, value] : sample.labels) series += ' ' + value;
                CAPTURE(series);
                CHECK(std::stoull(sample.value) >= last[series]);
                last[series] = std::stoull(sample.value);
            }
        }
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
    other.connect().close();
    other.connect().close();
    const PrometheusText text(prometheus_metrics(pools));
    const PrometheusText::Labels label{{"db_client_connection_pool_name", "other"}};
    CHECK(text.value("sociable_pool_checkouts_total", label) == "2");
    CHECK(text.value("sociable_pool_hits_total", label) == "1");
    CHECK(text.value("db_client_connection_use_time_seconds_count", label) == "2");
    CHECK(text.value("db_client_connection_max", label) == "13");
    CHECK(text.value("db_client_connection_idle_min", {{"db_client_connection_pool_name", "one"}}) == "1");
    CHECK(PrometheusText(prometheus_metrics(other.pool())).value("sociable_pool_opened_total") == "1");
}
