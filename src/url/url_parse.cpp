#include "url/url_parts.hpp"

#include <sociable/errors/error.hpp>

#include <boost/url/pct_string_view.hpp>

#include <charconv>
#include <utility>

namespace sociable::url {

namespace {

constexpr auto npos = std::string_view::npos;

/// Cuts `text` at the first of `separators`: what stands before it is returned, the separator and the rest stay.
std::string_view take_until(std::string_view& text, const char* separators) {
    const auto piece = text.substr(0, text.find_first_of(separators));
    text.remove_prefix(piece.size());
    return piece;
}

std::string decode(std::string_view text, const std::string& part, bool plus_is_space = false) {
    const auto encoded = boost::urls::make_pct_string_view({text.data(), text.size()});
    if (!encoded) {
        throw ArgumentError("URL: malformed percent escape in " + part +
                            "; expected % and two hexadecimal digits, and %25 for a percent sign");
    }
    boost::urls::encoding_opts options;
    options.space_as_plus = plus_is_space;
    return checked_text(encoded->decode(options), part);
}

/// The user, the password or what follows may be meant to have the other `@`, and with it a `/` or `?` that was meant
/// to stand before. Guessing would connect somewhere else, and would print half of a password as a host or a database.
void refuse_ambiguity(std::string_view authority, std::string_view rest) {
    const auto at = authority.find('@');
    const bool another = rest.find('@') != npos || (at != npos && authority.find('@', at + 1) != npos);
    if (another && !authority.empty()) {
        throw ArgumentError(
            "URL: ambiguous @; write %40 for every @ but the one before the host, and in user and "
            "password %2F for / and %3F for ?");
    }
}

std::optional<std::uint16_t> parse_port(std::string_view text, const std::string& part) {
    if (text.empty()) return std::nullopt;
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0)
        throw ArgumentError("URL: the port of " + part + " must be a number from 1 to 65535");
    return port;
}

Url::Host parse_host(std::string_view text, const std::string& part) {
    std::string name;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == npos) throw ArgumentError("URL: " + part + " has no closing ]");
        name = decode(text.substr(1, end - 1), part);
        if (!is_ipv6(name)) throw ArgumentError("URL: " + part + " has no IPv6 address in its brackets");
        text.remove_prefix(end + 1);
        if (!text.empty() && text.front() != ':')
            throw ArgumentError("URL: in " + part + " only a port, as in [::1]:5432, may follow the ]");
    } else {
        name = decode(take_until(text, ":"), part);
        if (text.find(':', 1) != npos)
            throw ArgumentError("URL: " + part + " has several colons; an IPv6 host stands in brackets, as in [::1]");
    }
    if (!text.empty()) text.remove_prefix(1);
    return {std::move(name), parse_port(text, part)};
}

std::vector<Url::Host> parse_hosts(std::string_view text) {
    std::vector<Url::Host> hosts;
    while (true) {
        hosts.push_back(parse_host(take_until(text, ","), "host " + std::to_string(hosts.size() + 1)));
        if (text.empty()) break;
        text.remove_prefix(1);
    }
    return checked_hosts(std::move(hosts));
}

Url::Query parse_query(std::string_view text) {
    Url::Query query;
    while (!text.empty()) {
        text.remove_prefix(1);
        auto value = take_until(text, "&");
        if (value.empty()) continue;
        const auto part = "query parameter " + std::to_string(query.size() + 1);
        const auto key = take_until(value, "=");
        if (!value.empty()) value.remove_prefix(1);
        query.emplace_back(decode(key, part, true), decode(value, part, true));
    }
    return checked_query(std::move(query));
}

}  // namespace

Parts parse(std::string_view text) {
    const auto colon = text.find("://");
    if (colon == npos) {
        throw ArgumentError(
            "URL: no :// in it; expected "
            "scheme[+driver]://[user[:password]@][host[:port]][/database][?key=value]");
    }
    Parts parts;
    parts.scheme = parse_scheme(text.substr(0, colon));
    text.remove_prefix(colon + 3);

    auto authority = take_until(text, "/?");
    refuse_ambiguity(authority, text);
    const auto path = take_until(text, "?");

    if (const auto at = authority.find('@'); at != npos) {
        auto password = authority.substr(0, at);
        parts.user = checked_user(decode(take_until(password, ":"), "the user"));
        if (!password.empty()) parts.password = decode(password.substr(1), "the password");
        authority.remove_prefix(at + 1);
    }
    parts.hosts = parse_hosts(authority);
    if (!path.empty()) parts.database = decode(path.substr(1), "the database");
    parts.query = parse_query(text);
    return parts;
}

}  // namespace sociable::url
