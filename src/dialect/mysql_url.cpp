#include "dialect/mysql_url.hpp"

#include "dialect/choices.hpp"

#include <sociable/errors/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace sociable::dialect {

namespace {

constexpr std::array<std::string_view, 9> query_keys{"unix_socket",  "charset",       "connect_timeout",
                                                     "read_timeout", "write_timeout", "sslca",
                                                     "sslcert",      "sslkey",        "local_infile"};

constexpr std::uint16_t default_port = 3306;

// The client library counts timeouts in milliseconds of an int.
constexpr unsigned max_timeout = 2'147'483;

void check_number(const std::string& key, const std::string& value, unsigned min, unsigned max) {
    unsigned number = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc() || stop != end || number < min || number > max)
        throw ArgumentError("URL option '" + key + "' must be a number from " + std::to_string(min) + " to " +
                            std::to_string(max));
}

void check_charset(const std::string& value) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (value.empty() || !std::ranges::all_of(value, allowed))
        throw ArgumentError("URL option 'charset' must be the name of a character set, like utf8mb4");
}

void check_option(const std::string& key, const std::string& value) {
    if (std::ranges::find(query_keys, key) == query_keys.end())
        throw ArgumentError("MariaDB has no URL option " + not_among(key, query_keys));
    if (key.ends_with("_timeout")) check_number(key, value, 1, max_timeout);
    if (key == "local_infile") check_number(key, value, 0, 1);
    if (key == "charset") check_charset(value);
}

void check_query(const Url& url) {
    for (const auto& [key, value] : url.query()) {
        check_option(key, value);
        if (std::ranges::count(url.query(), key, &std::pair<std::string, std::string>::first) > 1)
            throw ArgumentError("URL option '" + key + "' is given more than once");
    }
    if (!url.query("sslca") && (url.query("sslcert") || url.query("sslkey")))
        throw ArgumentError("URL options 'sslcert' and 'sslkey' need 'sslca'; without it TLS is off");
}

// The client library reads some hosts as something else: ';' and '=' make it a list of options, "://" the name of a
// plugin. ',' would make it several, which a Url refuses.
void check_host(const Url::Host& host) {
    if (host.name.find_first_of(";=") != std::string::npos || host.name.find("://") != std::string::npos)
        throw ArgumentError("the URL's host '" + host.name + "' is no host name; ';', '=' and '://' can't be in one");
    if (host.port == 0) throw ArgumentError("the URL's port must be from 1 to 65535");
}

bool by_unix_socket(const Url& url) {
    return url.hosts().empty() ||
           (url.hosts().size() == 1 && !url.port() && (url.host().empty() || url.host() == "localhost"));
}

void check_hosts(const Url& url) {
    for (const Url::Host& host : url.hosts()) check_host(host);
    if (url.query("unix_socket") && !by_unix_socket(url))
        throw ArgumentError("URL option 'unix_socket' goes with no host and no port; both would be ignored");
    if (url.hosts().size() > 1)
        for (const Url::Host& host : url.hosts())
            if (host.name.empty()) throw ArgumentError("a host in the URL's list of hosts is empty");
}

// To the client library "localhost" means the unix socket, whatever the port. Who gives a port wants TCP.
std::string host_name(const Url::Host& host) {
    return host.port && (host.name.empty() || host.name == "localhost") ? "127.0.0.1" : host.name;
}

// "a:3306", "[::1]:3307"
std::string host_and_port(const Url::Host& host) {
    const std::string name = host_name(host);
    const bool v6 = name.find(':') != std::string::npos;
    return (v6 ? '[' + name + ']' : name) + (host.port ? ':' + std::to_string(*host.port) : "");
}

// The list form of the client library, which tries them in order: "a:3306,[::1]:3307".
std::string host_list(const std::vector<Url::Host>& hosts) {
    std::string list;
    for (const Url::Host& host : hosts) {
        if (!list.empty()) list += ',';
        list += host_and_port(host);
    }
    return list;
}

void add(std::string& text, std::string_view key, std::string_view value) {
    if (!text.empty()) text += ' ';
    text.append(key).append("='");
    for (const char c : value) {
        if (c == '\'' || c == '\\') text += '\\';
        text += c;
    }
    text += '\'';
}

}  // namespace

void check_mysql_url(const Url& url) {
    check_hosts(url);
    check_query(url);
}

std::string mysql_place(const Url& url) {
    std::string place;
    if (by_unix_socket(url)) {
        place = url.query("unix_socket").value_or("localhost");
    } else {
        std::vector<Url::Host> hosts = url.hosts();
        for (Url::Host& host : hosts) host.port = host.port.value_or(default_port);
        place = host_list(hosts);
    }
    if (!url.database().empty()) place += '/' + url.database();
    return place;
}

std::string mysql_connect_string(const Url& url) {
    check_mysql_url(url);
    std::string text;
    if (url.hosts().size() > 1) {
        add(text, "host", host_list(url.hosts()));
    } else if (url.hosts().size() == 1) {
        if (const std::string name = host_name(url.hosts().front()); !name.empty()) add(text, "host", name);
        if (url.port()) add(text, "port", std::to_string(*url.port()));
    }
    if (url.user()) add(text, "user", *url.user());
    if (url.password()) add(text, "password", *url.password());
    if (!url.database().empty()) add(text, "dbname", url.database());
    if (!url.query("charset")) add(text, "charset", "utf8mb4");
    for (const auto& [key, value] : url.query()) add(text, key, value);
    return text;
}

}  // namespace sociable::dialect
