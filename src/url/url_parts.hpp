#pragma once

#include <sociable/url/url.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sociable::url {

struct Scheme {
    std::string name;
    std::string driver;
};

/// What a Url holds, decoded and checked.
struct Parts {
    Scheme scheme;
    std::optional<std::string> user;
    std::optional<std::string> password;
    std::vector<Url::Host> hosts;
    std::string database;
    Url::Query query;
};

/// @throws ArgumentError. Its text quotes nothing of the URL: in a mistyped one, each part may be the password.
Parts parse(std::string_view text);

/// "name" or "name+driver". @throws ArgumentError
Scheme parse_scheme(std::string_view text);

// The checks below hold for parsed parts and for those that the with_ functions are given. Each throws ArgumentError.
// The normalised forms make sure that every value has one text, and every text one value.

std::string checked_text(std::string text, const std::string& part);
/// An empty user is none: `:password@` has no user.
std::optional<std::string> checked_user(std::optional<std::string> user);
/// A single host without name and port is none.
std::vector<Url::Host> checked_hosts(std::vector<Url::Host> hosts);
Url::Query checked_query(Url::Query query);

/// An IPv6 address, with a zone or without: `fe80::1%eth0`.
bool is_ipv6(std::string_view host);

}  // namespace sociable::url
