#include "monitor/host.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <string>

namespace sociable::monitor {

namespace {

bool is_port(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_localhost(std::string_view name) {
    return std::ranges::equal(name, std::string_view("localhost"), {},
                              [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
}

}  // namespace

bool names_loopback(std::string_view host) {
    const bool bracketed = host.starts_with('[');
    const auto end = bracketed ? host.find(']') : host.find(':');
    if (bracketed && end == host.npos) return false;
    const std::string name(host.substr(bracketed ? 1 : 0, bracketed ? end - 1 : end));
    const std::string_view rest = end == host.npos ? "" : host.substr(bracketed ? end + 1 : end);
    if (!rest.empty() && (rest[0] != ':' || !is_port(rest.substr(1)))) return false;

    if (bracketed) {
        in6_addr address{};
        return inet_pton(AF_INET6, name.c_str(), &address) == 1 && IN6_IS_ADDR_LOOPBACK(&address);
    }
    in_addr address{};
    if (inet_pton(AF_INET, name.c_str(), &address) == 1) return ntohl(address.s_addr) >> 24 == 127;
    return is_localhost(name);
}

}  // namespace sociable::monitor
