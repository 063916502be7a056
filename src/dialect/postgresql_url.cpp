#include "dialect/postgresql_url.hpp"

#include "dialect/choices.hpp"
#include "errors/redact.hpp"

#include <sociable/errors/error.hpp>

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

namespace sociable::dialect {

namespace {

std::string encode(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_') {
            encoded += c;
        } else {
            encoded += '%';
            encoded += hex[code >> 4];
            encoded += hex[code & 15];
        }
    }
    return encoded;
}

// What this libpq knows, without the parts of the URL itself.
std::vector<std::string> known_keys() {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconndefaults(), PQconninfoFree);
    if (!options) throw std::bad_alloc();
    std::vector<std::string> keys;
    for (const PQconninfoOption* option = options.get(); option->keyword; ++option) keys.emplace_back(option->keyword);
    for (const std::string_view part : {"user", "password", "dbname"}) std::erase(keys, part);
    std::sort(keys.begin(), keys.end());
    return keys;
}

bool names_host(const Url& url) {
    return std::any_of(url.hosts().begin(), url.hosts().end(), [](const Url::Host& h) { return !h.name.empty(); });
}

void check_key(const std::string& key, const Url& url, const std::vector<std::string>& known) {
    if (key == "user" || key == "password" || key == "dbname")
        throw ArgumentError("'" + key +
                            "' in the URL's query: it has its place in postgresql://user:password@host/dbname");
    if ((key == "host" && names_host(url)) || (key == "port" && !url.hosts().empty()))
        throw ArgumentError("'" + key + "' in the URL's query, although the URL names a " +
                            (key == "host" ? "host" : "host or port") + " before it");
    if (!std::binary_search(known.begin(), known.end(), key)) {
        const std::vector<std::string_view> valid(known.begin(), known.end());
        throw ArgumentError("PostgreSQL has no connection setting " + not_among(key, valid));
    }
    const auto count =
        std::count_if(url.query().begin(), url.query().end(), [&](const auto& p) { return p.first == key; });
    if (count > 1) throw ArgumentError("'" + key + "' is in the URL's query more than once");
}

void check_text(std::string_view text, const std::string& part) {
    if (text.find('\0') != std::string_view::npos)
        throw ArgumentError("the URL's " + part + " has a NUL, which PostgreSQL can't be told");
}

}  // namespace

void check_postgresql_url(const Url& url) {
    check_text(url.user().value_or(""), "user");
    check_text(url.password().value_or(""), "password");
    check_text(url.database(), "database");
    for (const Url::Host& host : url.hosts()) {
        check_text(host.name, "host");
        if (host.name.find(',') != std::string::npos)
            throw ArgumentError("the URL's host '" + host.name + "' has a comma, where PostgreSQL would see two hosts");
    }
    const std::vector<std::string> known = known_keys();
    for (const auto& [key, value] : url.query()) {
        check_key(key, url, known);
        check_text(value, "value of '" + key + "'");
    }
}

std::string postgresql_connect_string(const Url& url) {
    std::string text = "postgresql://";
    if (url.user() || url.password()) {
        text += encode(url.user().value_or(""));
        if (url.password()) text += ':' + encode(*url.password());
        text += '@';
    }
    for (std::size_t i = 0; i != url.hosts().size(); ++i) {
        const Url::Host& host = url.hosts()[i];
        if (i != 0) text += ',';
        text += encode(host.name);
        if (host.port) text += ':' + std::to_string(*host.port);
    }
    text += '/' + encode(url.database());
    // std::string holds UTF-8. It is also the key that SOCI needs; a later one of the user's wins.
    text += "?client_encoding=UTF8";
    for (const auto& [key, value] : url.query()) text += '&' + encode(key) + '=' + encode(value);
    return text;
}

std::string without_secrets(std::string text, const Url& url) {
    for (const std::string& secret : {url.password().value_or(""), url.query("sslpassword").value_or("")}) {
        text = errors::redact_secret(std::move(text), encode(secret));
        text = errors::redact_secret(std::move(text), secret);
    }
    return text;
}

}  // namespace sociable::dialect
