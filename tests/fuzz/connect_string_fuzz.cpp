// Connection strings are built from hostile parts. What reads them is asked what it found: libpq, and SOCI, whose calls
// of the client libraries of MariaDB and SQLite end here. Every part is what it was, and there is none besides. Nothing
// is connected to, and no file is opened.
#include "dialect/mysql_url.hpp"
#include "dialect/postgresql_url.hpp"
#include "dialect/sqlite_native.hpp"
#include "dialect/sqlite_url.hpp"

#include <sociable/errors/database_error.hpp>
#include <sociable/errors/error.hpp>

#include <libpq-fe.h>
#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>
#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using sociable::Url;
using Texts = std::map<std::string, std::string>;

/// What SOCI has told the client library of MariaDB.
struct MysqlCalls {
    Texts texts;  ///< those that were given
    unsigned port = 0;
    int connects = 0;
};
MysqlCalls mysql_calls;

void note(const char* what, const char* text) {
    if (text) mysql_calls.texts[what] = text;
}

/// The file that SQLite would have opened, with the parameters of its URI.
struct SqliteOpen {
    std::string path;
    Texts parameters;
    int flags = 0;
    int count = 0;
};
SqliteOpen sqlite_open;

}  // namespace

// Found before those of the library.
extern "C" {

MYSQL* STDCALL mysql_real_connect(MYSQL*, const char* host, const char* user, const char* password,
                                  const char* database, unsigned port, const char* socket, unsigned long) {
    note("host", host);
    note("user", user);
    note("password", password);
    note("database", database);
    note("unix_socket", socket);
    mysql_calls.port = port;
    ++mysql_calls.connects;
    return nullptr;
}

int STDCALL mysql_ssl_set(MYSQL*, const char* key, const char* certificate, const char* authority, const char*,
                          const char*) {
    note("sslkey", key);
    note("sslcert", certificate);
    note("sslca", authority);
    return 0;
}

int STDCALL mysql_options(MYSQL*, mysql_option option, const void* value) {
    const auto number = [&] { return std::to_string(*static_cast<const unsigned*>(value)); };
    switch (option) {
        case MYSQL_SET_CHARSET_NAME: note("charset", static_cast<const char*>(value)); break;
        case MYSQL_OPT_LOCAL_INFILE: note("local_infile", "1"); break;
        case MYSQL_OPT_CONNECT_TIMEOUT: note("connect_timeout", number().c_str()); break;
        case MYSQL_OPT_READ_TIMEOUT: note("read_timeout", number().c_str()); break;
        case MYSQL_OPT_WRITE_TIMEOUT: note("write_timeout", number().c_str()); break;
        default: std::abort();
    }
    return 0;
}
}

namespace {

int note_sqlite_open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int*) {
    file->pMethods = nullptr;
    ++sqlite_open.count;
    sqlite_open.path = path ? path : "";
    sqlite_open.flags = flags;
    for (int i = 0; const char* key = sqlite3_uri_key(path, i); ++i)
        sqlite_open.parameters[key] = sqlite3_uri_parameter(path, key);
    return SQLITE_CANTOPEN;
}

int keep_sqlite_path(sqlite3_vfs*, const char* path, int size, char* full) {
    const std::size_t length = std::strlen(path) + 1;
    if (length > static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
    std::memcpy(full, path, length);
    return SQLITE_OK;
}

void watch_sqlite() {
    static sqlite3_vfs watching = [] {
        sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);
        vfs.zName = "watching";
        vfs.mxPathname = 1 << 16;
        vfs.xOpen = note_sqlite_open;
        vfs.xFullPathname = keep_sqlite_path;
        return vfs;
    }();
    static const int registered = sqlite3_vfs_register(&watching, 1);
    if (registered != SQLITE_OK) std::abort();
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == separator)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

void require(bool condition) {
    if (!condition) std::abort();
}

void add(Texts& texts, const char* key, const std::string& text) {
    if (!text.empty()) texts[key] = text;
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
    Texts given{{"client_encoding", "UTF8"}};
    std::string hosts, ports;
    for (const Url::Host& host : url.hosts()) {
        const char* comma = &host == &url.hosts().front() ? "" : ",";
        hosts += comma + host.name;
        ports += comma + (host.port ? std::to_string(*host.port) : "");
    }
    add(given, "host", hosts);
    add(given, "port", ports);
    add(given, "user", url.user().value_or(""));
    add(given, "password", url.password().value_or(""));
    add(given, "dbname", url.database());
    add(given, "application_name", url.query("application_name").value_or(""));
    for (const PQconninfoOption* option = read.get(); option->keyword; ++option) {
        if (!option->val || !*option->val) continue;
        const auto expected = given.find(option->keyword);
        require(expected != given.end() && expected->second == option->val);
        given.erase(expected);
    }
    require(given.empty());
}

/// A host as MariaDB's list of them has it, or alone.
std::string mysql_host(const Url::Host& host, bool in_list) {
    const bool socket_meant = host.name.empty() || host.name == "localhost";
    const std::string name = host.port && socket_meant ? "127.0.0.1" : host.name;
    if (!in_list) return name;
    const bool v6 = name.find(':') != std::string::npos;
    return (v6 ? "[" + name + "]" : name) + (host.port ? ":" + std::to_string(*host.port) : "");
}

void check_mysql(const Url& url) {
    std::string text;
    try {
        text = sociable::dialect::mysql_connect_string(url);
    } catch (const sociable::ArgumentError&) {
        return;
    }
    mysql_calls = {};
    try {
        soci::session session(soci::mysql, text);
        std::abort();
    } catch (const soci::soci_error&) {
    }
    require(mysql_calls.connects == 1);  // or SOCI has refused the string
    Texts given{{"charset", "utf8mb4"}};
    if (url.user()) given["user"] = *url.user();
    if (url.password()) given["password"] = *url.password();
    add(given, "database", url.database());
    const bool several = url.hosts().size() > 1;
    std::string hosts;
    for (const Url::Host& host : url.hosts())
        hosts += (&host == &url.hosts().front() ? "" : ",") + mysql_host(host, several);
    add(given, "host", hosts);
    for (const auto& [key, value] : url.query()) {
        if (key.ends_with("_timeout"))
            given[key] = std::to_string(std::strtoul(value.c_str(), nullptr, 10));
        else if (key != "local_infile")
            given[key] = value;
        else if (std::strtoul(value.c_str(), nullptr, 10) == 1)
            given[key] = "1";
    }
    require(mysql_calls.texts == given);
    require(mysql_calls.port == (several ? 0 : url.port().value_or(0)));
}

void check_sqlite(const Url& url) {
    std::string text;
    try {
        sociable::dialect::check_sqlite_url(url);
        if (sociable::dialect::sqlite_in_memory(url)) return;
        text = sociable::dialect::sqlite_connect_string(url);
    } catch (const sociable::ArgumentError&) {
        return;
    }
    if (url.query("vfs")) return;  // another than the one that watches
    watch_sqlite();
    sqlite_open = {};
    try {
        soci::session session;
        sociable::dialect::open_sqlite(session, text);
        std::abort();
    } catch (const sociable::DatabaseError&) {
    }
    require(sqlite_open.count == 1);
    require(sqlite_open.path == url.database());
    require(sqlite_open.parameters == Texts(url.query().begin(), url.query().end()));
    const std::string mode = url.query("mode").value_or("rwc");
    const int access = mode == "ro"   ? SQLITE_OPEN_READONLY
                       : mode == "rw" ? SQLITE_OPEN_READWRITE
                                      : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    require((sqlite_open.flags & (SQLITE_OPEN_READONLY | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) == access);
}

/// Names between commas, the first with a port.
std::vector<Url::Host> hosts_of(std::string_view text, std::uint16_t port) {
    std::vector<Url::Host> hosts;
    for (std::string& name : split(text, ',')) hosts.push_back({std::move(name)});
    hosts.front().port = port;
    return hosts;
}

template <class F>
void unless_refused(F&& f) {
    try {
        f();
    } catch (const sociable::ArgumentError&) {
        // No URL can hold it.
    }
}

}  // namespace

// User, password, database, a query's value, hosts, and the value's key.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto parts = split({reinterpret_cast<const char*>(data), size}, '\x1f');
    parts.resize(6);
    const std::string &user = parts[0], &password = parts[1], &database = parts[2], &value = parts[3], &key = parts[5];
    const std::string hosts = parts[4].empty() ? "h.example" : parts[4];
    const auto with_option = [&](const Url& url) { return key.empty() ? url : url.with_query(key, value); };
    unless_refused([&] {
        check_postgresql(Url("postgresql://")
                             .with_hosts(hosts_of(hosts, 5432))
                             .with_user(user)
                             .with_password(password)
                             .with_database(database)
                             .with_query("application_name", value));
    });
    unless_refused([&] {
        const Url url = Url("mysql://").with_user(user).with_password(password).with_database(database);
        check_mysql(with_option(url.with_hosts(hosts_of(hosts, 3306))));
        check_mysql(with_option(url));  // by unix socket
    });
    unless_refused([&] { check_sqlite(with_option(Url("sqlite://").with_database(database))); });
    return 0;
}
