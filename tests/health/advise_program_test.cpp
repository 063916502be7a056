#ifdef SOCIABLE_ADVISE

#include "support/thrown.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <memory>
#include <regex>

using namespace sociable::test;

namespace {

struct Run {
    std::string output;
    int exit_code = -1;
};

/// What the program writes to where `redirection` lets it, its standard output unless told otherwise.
Run advise(const std::string& arguments, const std::string& redirection = "2>/dev/null") {
    const std::string command = "'" SOCIABLE_ADVISE "' " + arguments + ' ' + redirection;
    FILE* const pipe = popen(command.c_str(), "r");
    REQUIRE(pipe);
    Run run;
    std::array<char, 4096> part{};
    while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) run.output.append(part.data(), size);
    const int status = pclose(pipe);
    if (WIFEXITED(status)) run.exit_code = WEXITSTATUS(status);
    return run;
}

/// The value in the first row of this label.
std::string value(const Run& run, const std::string& label) {
    std::smatch match;
    REQUIRE(std::regex_search(run.output, match, std::regex("(^|\n)  " + label + "  +(.*?)(   |\n)")));
    return match[2];
}

/// The error of arguments that are wrong; nothing else is printed.
std::string error(const std::string& arguments) {
    CAPTURE(arguments);
    CHECK(advise(arguments).output.empty());
    const Run run = advise(arguments, "2>&1 >/dev/null");
    CHECK(run.exit_code == 2);
    CHECK(run.output.starts_with("sociable-advise: "));
    return run.output;
}

/// That of one argument, next to those that are needed.
std::string error_with(const std::string& argument) { return error("--rate 20 --query-time 0.5s " + argument); }

}  // namespace

TEST_CASE("sociable-advise proposes the sizes and tells what they lead to") {
    const Run run = advise("--rate 20 --query-time 0.5s --users 100");
    CHECK(run.exit_code == 0);
    CHECK(value(run, "busy on average") == "10");
    CHECK(value(run, "pool_size") == "17");
    CHECK(value(run, "max_overflow") == "6");
    CHECK(value(run, "utilisation") == "58.8 %");
    CHECK(value(run, "share of waiters") == "3.1 %");
    CHECK(value(run, "p95 wait") == "0 ms");
    CHECK(value(run, "p99 wait") == "80.5 ms");
    CHECK(value(run, "self-deadlock floor") == "1");
    CHECK(contains(run.output, "Little's law"));
    CHECK(contains(run.output, "Erlang C"));
    CHECK_FALSE(contains(run.output, "Simulated"));
}

TEST_CASE("sociable-advise reads each argument, in any order and both spellings") {
    const Run run = advise(
        "--instances=4 --max-connections=100 --held-at-once 2 --waiters=20% --p99-wait 2min --variability 0.5 "
        "--users=12 --query-time=500ms --rate=20");
    CHECK(run.exit_code == 0);
    CHECK(value(run, "pool_size") == "14");
    CHECK(value(run, "self-deadlock floor") == "13");
    CHECK(value(run, "server's share") == "23");
    CHECK(contains(run.output, "at most 20 % waiting and a p99 wait of at most 120 s"));
    CHECK(value(run, "mean wait") !=
          value(advise("--rate 20 --query-time 500000us --waiters 0.2 --p99-wait 2min"), "mean wait"));
}

TEST_CASE("sociable-advise says so when the goal can't be met") {
    const std::string base = "--rate 20 --query-time 0.5s --max-connections 100 ";
    CHECK(contains(advise(base + "--instances 8").output, "too small for the goal"));
    const Run overload = advise(base + "--instances 10 --simulate");
    CHECK(overload.exit_code == 0);
    CHECK(contains(overload.output, "OVERLOAD"));
    CHECK(value(overload, "p99 wait") == "without end");
    CHECK(contains(advise(base + "--users 100 --held-at-once 2").output, "DEADLOCK"));
    CHECK(contains(advise("--rate 20 --query-time 0.5s --users 9").output, "more can't be in use at once"));
    CHECK(contains(advise("--rate 20 --query-time 0.5s --users 9").output, "too few for that rate"));
    CHECK_FALSE(contains(advise("--rate 20 --query-time 0.5s --users 10").output, "too few for that rate"));
}

TEST_CASE("sociable-advise --simulate draws the waits, the same each time") {
    const std::string arguments = "--rate 20 --query-time 0.5s --users 100 --simulate";
    const Run run = advise(arguments);
    CHECK(run.exit_code == 0);
    CHECK(contains(run.output, "Simulated: 200000 requests on 17 connections, at most 100"));
    CHECK(std::regex_search(run.output, std::regex("\n  no wait +9[67]\\.\\d %")));
    CHECK(std::regex_search(run.output,
                            std::regex("\n  below 50 ms +1\\.\\d %  #{50}\n  below 100 ms +0\\.\\d %  #{20,30}\n")));
    CHECK(run.output == advise(arguments).output);
    CHECK(contains(advise("--rate 0 --query-time 1s --simulate").output, "no wait           100 %"));
}

TEST_CASE("sociable-advise --help lists the arguments") {
    const Run run = advise("--help");
    CHECK(run.exit_code == 0);
    for (const char* argument : {"--rate", "--query-time", "--users", "--variability", "--waiters", "--p99-wait",
                                 "--max-connections", "--instances", "--held-at-once", "--simulate", "--help"})
        CHECK(contains(run.output, std::string("\n  ") + argument + ' '));
}

TEST_CASE("sociable-advise names the argument that is wrong and tells what would be right") {
    CHECK(contains(error(""), "--rate is needed"));
    CHECK(contains(error("--rate 20"), "--query-time is needed"));
    CHECK(contains(error_with("--colour red"), "there is no argument '--colour'; --help"));
    CHECK(contains(error_with("100"), "there is no argument '100'"));
    CHECK(contains(error_with("--users"), "--users needs a value"));
    CHECK(contains(error_with("--rate 30"), "--rate is given twice"));
    CHECK(contains(error_with("--simulate=yes"), "--simulate takes no value"));
    CHECK(contains(error_with("--instances 4"), "--instances needs --max-connections"));
    CHECK(contains(error_with("--held-at-once 2"), "--held-at-once needs --users"));
    for (const char* bad : {"-1", "nan", "inf", "many", "1e400", "20/s", "''"})
        CHECK(contains(error(std::string("--query-time 1s --rate ") + bad),
                       "--rate must be a number of requests per second"));
    for (const char* bad : {"5", "5 s", "-1s", "1h", "s", "infs", "nans", "1e10s"})
        CHECK(contains(error(std::string("--rate 1 --query-time '") + bad + "'"),
                       "--query-time must be a time with its unit"));
    for (const char* bad : {"0", "-1", "1.5", "many", "99999999999", "--simulate"})
        for (const char* count : {"--users ", "--max-connections ", "--instances ", "--held-at-once "})
            CHECK(contains(error_with(std::string(count) + bad),
                           std::string(count) + "must be a whole number, at least 1, not '" + bad));
    for (const char* bad : {"0", "0%", "101%", "5", "-1%", "few"})
        CHECK(contains(error_with(std::string("--waiters ") + bad), "--waiters must be a share"));
    CHECK(contains(error_with("--p99-wait 100"), "--p99-wait must be a time with its unit"));
    CHECK(contains(error_with("--variability -1"), "--variability must be a number from 0"));
    CHECK(contains(error("--rate 1e9 --query-time 1s"), "more than a million connections"));
    CHECK(contains(error_with("--max-connections 8"), "leave no connection"));
}

#endif
