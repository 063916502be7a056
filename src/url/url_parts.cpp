#include "url/url_parts.hpp"

#include <sociable/errors/error.hpp>

#include <boost/url/ipv6_address.hpp>

#include <algorithm>
#include <utility>

namespace sociable::url {

namespace {

bool is_word(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

void check_host(const Url::Host& host, const std::string& part) {
    if (host.name.find('\0') != std::string::npos) throw ArgumentError("URL: " + part + " has a NUL character");
    if (host.name.find(',') != std::string::npos)
        throw ArgumentError("URL: the name of " + part + " has a comma; several hosts are given one by one");
    if (host.name.starts_with('['))
        throw ArgumentError("URL: the name of " + part + " begins with [; an IPv6 host is given without brackets");
    if (host.port == 0) throw ArgumentError("URL: the port of " + part + " must be a number from 1 to 65535");
}

}  // namespace

Scheme parse_scheme(std::string_view text) {
    const auto plus = text.find('+');
    const auto name = text.substr(0, plus);
    const bool has_driver = plus != std::string_view::npos;
    const auto driver = has_driver ? text.substr(plus + 1) : std::string_view{};
    if (!is_word(name))
        throw ArgumentError("URL: the scheme must be letters, digits and underscores, as in postgresql://");
    if (has_driver && !is_word(driver))
        throw ArgumentError("URL: the driver after + must be letters, digits and underscores, as in mysql+soci://");
    return {std::string(name), std::string(driver)};
}

std::string checked_text(std::string text, const std::string& part) {
    if (text.find('\0') != std::string::npos) throw ArgumentError("URL: " + part + " has a NUL character");
    return text;
}

std::optional<std::string> checked_user(std::optional<std::string> user) {
    if (!user || user->empty()) return std::nullopt;
    return checked_text(std::move(*user), "the user");
}

std::vector<Url::Host> checked_hosts(std::vector<Url::Host> hosts) {
    if (hosts.size() == 1 && hosts.front() == Url::Host{}) return {};
    std::size_t number = 0;
    for (const auto& host : hosts) {
        const auto part = "host " + std::to_string(++number);
        check_host(host, part);
        if (host == Url::Host{})
            throw ArgumentError("URL: " + part + " of " + std::to_string(hosts.size()) + " is empty");
    }
    return hosts;
}

Url::Query checked_query(Url::Query query) {
    std::size_t number = 0;
    for (const auto& [key, value] : query) {
        const auto part = "query parameter " + std::to_string(++number);
        if (key.empty()) throw ArgumentError("URL: " + part + " has no key; expected key=value");
        if (key.find('\0') != std::string::npos || value.find('\0') != std::string::npos)
            throw ArgumentError("URL: " + part + " has a NUL character");
    }
    return query;
}

bool is_ipv6(std::string_view host) {
    const auto percent = host.find('%');
    if (percent != std::string_view::npos && percent + 1 == host.size()) return false;
    return boost::urls::parse_ipv6_address(host.substr(0, percent)).has_value();
}

}  // namespace sociable::url
