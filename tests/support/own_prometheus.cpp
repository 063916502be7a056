#include "support/own_prometheus.hpp"

#include "support/http.hpp"

#include <boost/json/parse.hpp>

#include <fstream>
#include <regex>
#include <stdexcept>

namespace sociable::test {

namespace {

std::string settings_in(const TemporaryDirectory& directory, int target, const std::filesystem::path& rules) {
    const std::string file = directory.file("prometheus.yml");
    std::ofstream(file) << "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
                        << "rule_files: ['" << rules.string() << "']\n"
                        << "scrape_configs:\n  - job_name: test\n    static_configs:\n      - targets: ['127.0.0.1:"
                        << target << "']\n";
    return file;
}

}  // namespace

OwnPrometheus::OwnPrometheus(int target, const std::filesystem::path& rules)
    : process_({"prometheus", "--config.file=" + settings_in(directory_, target, rules),
                "--storage.tsdb.path=" + directory_.file("data"), "--web.listen-address=127.0.0.1:0"}),
      port_(std::stoi(process_.wait_for(std::regex(R"(msg="Listening on" address=127\.0\.0\.1:(\d+))")))) {
    process_.wait_for(std::regex("Server is ready to receive web requests"));
}

boost::json::value OwnPrometheus::get(const std::string& path) const {
    const std::string body = http_get(port_, "/api/v1/" + path);
    const boost::json::value answer = boost::json::parse(body);
    if (answer.at("status").as_string() != "success") throw std::runtime_error(path + ": " + body);
    return answer.at("data");
}

boost::json::value OwnPrometheus::query(const std::string& expression) const {
    return get("query?query=" + percent_encoded(expression)).at("result");
}

}  // namespace sociable::test
