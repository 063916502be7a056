// Connection strings are built from hostile parts. Read again - PostgreSQL's by libpq itself, the others as SOCI reads
// them
// - every part is what it was, and there is none besides.
#include "dialect/mysql_url.hpp"
#include "dialect/postgresql_url.hpp"
#include "dialect/sqlite_url.hpp"

#include <sociable/errors/error.hpp>

#include <libpq-fe.h>
#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using sociable::Url;

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == '\x1f')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    parts.resize(4);
    return parts;
}

void require(bool condition) {
    if (!condition) std::abort();
}

void check_postgresql(const Url& url) {
    std::string text;
    try {
        sociable::dialect::check_postgresql_url(url);
        text = sociable::dialect::postgresql_connect_string(url);
    } catch (const sociable::ArgumentError&) {
        return;
    }
    char* error = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> read(PQconninfoParse(text.c_str(), &error),
                                                                            PQconninfoFree);
    require(read != nullptr);
    std::map<std::string, std::string> given{{"host", "h.example"}, {"port", "5432"}, {"client_encoding", "UTF8"}};
    if (!url.user().value_or("").empty()) given["user"] = url.user().value_or("");
    if (!url.password().value_or("").empty()) given["password"] = url.password().value_or("");
    if (!url.database().empty()) given["dbname"] = url.database();
    if (const auto name = url.query("application_name"); name && !name->empty()) given["application_name"] = *name;
    for (const PQconninfoOption* option = read.get(); option->keyword; ++option) {
        if (!option->val || !*option->val) continue;
        const auto expected = given.find(option->keyword);
        require(expected != given.end() && expected->second == option->val);
        given.erase(expected);
    }
    require(given.empty());
}

/// key='value' pairs, with backslashes before quotes and backslashes.
std::optional<std::map<std::string, std::string>> read_pairs(std::string_view text) {
    std::map<std::string, std::string> pairs;
    std::size_t at = 0;
    while (at < text.size()) {
        while (at < text.size() && text[at] == ' ') ++at;
        const std::size_t equals = text.find('=', at);
        if (equals == std::string_view::npos || equals + 1 >= text.size() || text[equals + 1] != '\'')
            return std::nullopt;
        const std::string key(text.substr(at, equals - at));
        std::string value;
        for (at = equals + 2; at < text.size() && text[at] != '\''; ++at) {
            if (text[at] == '\\') ++at;
            if (at < text.size()) value += text[at];
        }
        if (at++ >= text.size() || !pairs.emplace(key, value).second) return std::nullopt;
    }
    return pairs;
}

void check_mysql(const Url& url) {
    std::string text;
    try {
        text = sociable::dialect::mysql_connect_string(url);
    } catch (const sociable::ArgumentError&) {
        return;
    }
    auto pairs = read_pairs(text);
    require(pairs.has_value());
    require((*pairs)["user"] == url.user().value_or(""));
    require((*pairs)["password"] == url.password().value_or(""));
    require(url.database().empty() || (*pairs)["dbname"] == url.database());
    for (const char* known : {"user", "password", "dbname", "host", "port", "charset"}) pairs->erase(known);
    require(pairs->empty());
}

void check_sqlite(const std::string& database) {
    const Url url = Url("sqlite://").with_database(database);
    std::string text;
    try {
        sociable::dialect::check_sqlite_url(url);
        if (sociable::dialect::sqlite_in_memory(url)) return;
        text = sociable::dialect::sqlite_connect_string(url);
    } catch (const sociable::ArgumentError&) {
        return;
    }
    // SOCI splits at blanks and takes quotes and '=' for its own; what it would find must be the file and nothing else.
    require(text.find(' ') == std::string::npos && text.find('"') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parts = split({reinterpret_cast<const char*>(data), size});
    try {
        const Url postgresql = Url("postgresql://h.example:5432")
                                   .with_user(parts[0])
                                   .with_password(parts[1])
                                   .with_database(parts[2])
                                   .with_query("application_name", parts[3]);
        check_postgresql(postgresql);
        check_mysql(Url("mysql://h.example:3306").with_user(parts[0]).with_password(parts[1]).with_database(parts[2]));
        check_sqlite(parts[2]);
    } catch (const sociable::ArgumentError&) {
        // No URL can hold it.
    }
    return 0;
}
