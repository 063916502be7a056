#include "arguments.hpp"

#include <sociable/errors/error.hpp>

#include <charconv>
#include <cmath>
#include <initializer_list>
#include <iomanip>

#include <set>
#include <sstream>
#include <string_view>

namespace sociable::tool {

namespace {

/// One argument and what was given for it.
struct Argument {
    std::string_view name;
    std::string_view value;

    [[noreturn]] void refuse(const char* valid) const {
        throw ArgumentError(std::string(name) + " must be " + valid + ", not '" + std::string(value) + "'");
    }
    int count() const {
        int result = 0;
        const char* end = value.data() + value.size();
        const auto [stop, error] = std::from_chars(value.data(), end, result);
        if (error != std::errc{} || stop != end || result < 1) refuse("a whole number, at least 1");
        return result;
    }
    double number(const char* valid, double most) const { return number_and_unit(valid, most, {{"", 1}}); }
    double share() const {
        const char* valid = "a share over 0 % and up to 100 %, such as 5% or 0.05";
        const double result = number_and_unit(valid, 1, {{"%", 0.01}, {"", 1}});
        if (result == 0) refuse(valid);
        return result;
    }
    Seconds duration() const {
        return Seconds(number_and_unit("a time with its unit, us, ms, s or min, such as 500ms or 0.5s", 1e9,
                                       {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"min", 60}}));
    }

private:
    struct Unit {
        std::string_view name;
        double factor;
    };
    double number_and_unit(const char* valid, double most, std::initializer_list<Unit> units) const {
        double result = 0;
        const char* end = value.data() + value.size();
        const auto [stop, error] = std::from_chars(value.data(), end, result);
        if (error != std::errc{}) refuse(valid);
        for (const Unit& unit : units) {
            if (unit.name != std::string_view(stop, end)) continue;
            result *= unit.factor;
            if (!(result >= 0 && result <= most)) refuse(valid);
            return result;
        }
        refuse(valid);
    }
};

struct Option {
    const char* name;
    const char* placeholder;  // null for a switch
    const char* help;
    void (*apply)(Arguments& arguments, const Argument& argument);
};

constexpr Option all_options[] = {
    {"--rate", "NUMBER", "requests per second that need a connection, of one instance (needed)",
     [](Arguments& a, const Argument& v) {
         a.sizing.workload.arrivals_per_second = v.number("a number of requests per second, such as 20", 1e9);
     }},
    {"--query-time", "TIME", "how long each holds its connection, on average: 500ms, 0.5s (needed)",
     [](Arguments& a, const Argument& v) { a.sizing.workload.hold_time = v.duration(); }},
    {"--users", "COUNT", "threads of one instance that use the pool; the proposed size never exceeds what they can use",
     [](Arguments& a, const Argument& v) { a.sizing.users = v.count(); }},
    {"--variability", "NUMBER", "standard deviation / mean of that time (1)",
     [](Arguments& a, const Argument& v) {
         a.sizing.workload.variability = v.number("a number from 0 (all alike) to 1000, such as 1", 1000);
     }},
    {"--waiters", "SHARE", "requests that may have to wait, at most (5%)",
     [](Arguments& a, const Argument& v) { a.sizing.goal.share_of_waiters = v.share(); }},
    {"--p99-wait", "TIME", "wait that 99 % of the requests may not exceed (100ms)",
     [](Arguments& a, const Argument& v) { a.sizing.goal.p99_wait = v.duration(); }},
    {"--max-connections", "COUNT", "what the server allows; 8 are left to superusers (3) and others (5)",
     [](Arguments& a, const Argument& v) { a.sizing.max_connections = v.count(); }},
    {"--instances", "COUNT", "processes that share the server, each with such a pool (1)",
     [](Arguments& a, const Argument& v) { a.sizing.instances = v.count(); }},
    {"--held-at-once", "COUNT", "connections that one thread holds at the same time, at most (1)",
     [](Arguments& a, const Argument& v) { a.sizing.held_at_once = v.count(); }},
    {"--simulate", nullptr, "play the requests, and draw how long they wait",
     [](Arguments& a, const Argument&) { a.simulate = true; }},
    {"--help", nullptr, "this text", [](Arguments& a, const Argument&) { a.help = true; }},
};

const Option& find(std::string_view name) {
    for (const Option& option : all_options)
        if (name == option.name) return option;
    throw ArgumentError("there is no argument '" + std::string(name) + "'; --help lists those there are");
}

}  // namespace

Arguments parse_arguments(std::span<const char* const> words) {
    Arguments arguments;
    std::set<std::string_view> given;
    for (auto word = words.begin(); word != words.end(); ++word) {
        const std::string_view text = *word;
        const auto equals = text.find('=');
        Argument argument{text.substr(0, equals), {}};
        const Option& option = find(argument.name);
        if (!given.insert(argument.name).second) throw ArgumentError(std::string(argument.name) + " is given twice");
        if (!option.placeholder) {
            if (equals != text.npos) throw ArgumentError(std::string(argument.name) + " takes no value");
        } else if (equals != text.npos) {
            argument.value = text.substr(equals + 1);
        } else {
            if (++word == words.end()) throw ArgumentError(std::string(argument.name) + " needs a value");
            argument.value = *word;
        }
        option.apply(arguments, argument);
    }
    for (const char* needed : {"--rate", "--query-time"})
        if (!arguments.help && !given.contains(needed))
            throw ArgumentError(std::string(needed) + " is needed, such as in --rate 20 --query-time 0.5s");
    if (given.contains("--instances") && !given.contains("--max-connections"))
        throw ArgumentError("--instances needs --max-connections, which they share");
    if (given.contains("--held-at-once") && !given.contains("--users"))
        throw ArgumentError("--held-at-once needs --users: their number decides how many connections are safe");
    return arguments;
}

std::string help_text() {
    std::ostringstream out;
    out << "Proposes the size of a connection pool.\n\n"
           "  sociable-advise --rate 20 --query-time 0.5s --users 100\n\n";
    for (const Option& option : all_options) {
        const std::string left =
            std::string(option.name) + (option.placeholder ? " " : "") + (option.placeholder ? option.placeholder : "");
        out << "  " << std::left << std::setw(25) << left << option.help << '\n';
    }
    out << "\nThe rate is that of all users together. Users are threads: they don't change the rate, but no more of\n"
           "them can want a connection at once. Exit code: 0, or 2 when an argument is wrong.\n";
    return out.str();
}

}  // namespace sociable::tool
