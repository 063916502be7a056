#include "dialect/sqlite_url.hpp"

#include "dialect/choices.hpp"

#include <sociable/errors/error.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace sociable::dialect {

namespace {

struct Key {
    std::string_view name;
    std::vector<std::string_view> values;  // none: any
};

const std::vector<Key>& query_keys() {
    static const std::vector<std::string_view> booleans{"0", "1", "no", "yes", "off", "on", "false", "true"};
    static const std::vector<Key> keys{{"mode", {"ro", "rw", "rwc", "memory"}},
                                       {"cache", {"shared", "private"}},
                                       {"immutable", booleans},
                                       {"nolock", booleans},
                                       {"vfs", {}}};
    return keys;
}

void check_query(const std::string& name, const std::string& value) {
    std::vector<std::string_view> names;
    for (const Key& key : query_keys()) {
        if (key.name != name) {
            names.push_back(key.name);
            continue;
        }
        const auto& valid = key.values;
        if (!valid.empty() && std::find(valid.begin(), valid.end(), value) == valid.end())
            throw ArgumentError("SQLite URL: query key '" + name + "' can't be " + not_among(value, valid));
        return;
    }
    throw ArgumentError("SQLite URL: unknown query key " + not_among(name, names));
}

std::string percent_encode(std::string_view text, std::string_view also_plain = "") {
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        if (plain.find(c) != std::string_view::npos || also_plain.find(c) != std::string_view::npos) {
            result += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        result += '%';
        result += digits[byte >> 4];
        result += digits[byte & 0xf];
    }
    return result;
}

std::string path_of(const Url& url) {
    if (url.database().empty()) return ":memory:";
    const std::string path = percent_encode(url.database(), "/");
    // The two slashes before an absolute path keep one that begins with two from being read as a host.
    return path.front() == '/' ? "//" + path : path;
}

}  // namespace

bool sqlite_in_memory(const Url& url) {
    return url.database().empty() || url.database() == ":memory:" || url.query("mode") == "memory" ||
           url.query("vfs") == "memdb";
}

void check_sqlite_url(const Url& url) {
    if (!url.hosts().empty())
        throw ArgumentError("SQLite has no host, but the URL has '" + url.host() +
                            "': write three slashes before a relative path, four before an absolute one");
    if (url.user() || url.password()) throw ArgumentError("SQLite has no users, but the URL has a user or a password");
    for (std::size_t i = 0; i < url.query().size(); ++i) {
        const auto& [key, value] = url.query()[i];
        check_query(key, value);
        for (std::size_t j = 0; j < i; ++j)
            if (url.query()[j].first == key)
                throw ArgumentError("SQLite URL: query key '" + key + "' stands there twice");
    }
}

std::string sqlite_connect_string(const Url& url) {
    std::string text = "dbname=file:" + path_of(url);
    char separator = '?';
    for (const auto& [key, value] : url.query()) {
        text += separator + percent_encode(key) + '=' + percent_encode(value);
        separator = '&';
    }
    return text;
}

}  // namespace sociable::dialect
