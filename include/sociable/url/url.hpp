#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sociable {

/// A database URL, in SQLAlchemy's grammar:
///
///     scheme[+driver]://[user[:password]@][host[:port][,host[:port]...]][/database][?key=value&...]
///
/// User, password, hosts, database, keys and values are percent-decoded; whatever they contain reaches the database as
/// it is. In the query, and only there, `+` is a space. An IPv6 host stands in brackets. Every `@` but the one before
/// the host is written `%40`. An empty user is none; an empty password is one. For SQLite the database is a path:
/// `sqlite:///relative`, `sqlite:////absolute`; `sqlite://` and `sqlite:///:memory:` are a database in memory.
///
/// A value: immutable, cheap enough to copy, compared by its parts. `with_...` return a changed copy; they throw
/// ArgumentError for what no URL can hold: NUL characters, port 0, an empty key or scheme, a comma in a host's name.
class Url {
public:
    struct Host {
        std::string name;  ///< without the brackets of IPv6
        std::optional<std::uint16_t> port{};
        bool operator==(const Host&) const = default;
    };
    /// Keys may be repeated; their order is kept.
    using Query = std::vector<std::pair<std::string, std::string>>;

    /// @throws ArgumentError that names the part at fault, without the password
    explicit Url(std::string_view text);

    const std::string& scheme() const noexcept { return scheme_; }  ///< "postgresql", as it was written
    const std::string& driver() const noexcept { return driver_; }  ///< what follows `+`, or empty
    const std::optional<std::string>& user() const noexcept { return user_; }
    const std::optional<std::string>& password() const noexcept { return password_; }
    const std::vector<Host>& hosts() const noexcept { return hosts_; }
    /// The first host, or empty.
    std::string host() const;
    /// The first host's port, if one is given.
    std::optional<std::uint16_t> port() const;
    const std::string& database() const noexcept { return database_; }  ///< empty when none is given
    const Query& query() const noexcept { return query_; }
    /// The first value of the key, if it is there.
    std::optional<std::string> query(std::string_view key) const;

    Url with_scheme(std::string scheme) const;  ///< "scheme" or "scheme+driver"; replaces both
    Url with_user(std::optional<std::string> user) const;
    Url with_password(std::optional<std::string> password) const;
    Url with_host(std::string name, std::optional<std::uint16_t> port = std::nullopt) const;
    Url with_hosts(std::vector<Host> hosts) const;
    Url with_port(std::optional<std::uint16_t> port) const;  ///< of the first host
    Url with_database(std::string database) const;
    Url with_query(Query query) const;
    /// Replaces every value of the key.
    Url with_query(std::string_view key, std::string value) const;
    Url without_query(std::string_view key) const;

    /// The URL with `***` for the password, and for query values whose key says that they are one (`sslpassword`): what
    /// is printed and logged.
    std::string to_string() const;
    /// The URL as a connection needs it. Parsing it again gives an equal Url.
    std::string to_string_with_password() const;

    bool operator==(const Url&) const = default;

private:
    Url() = default;
    std::string render(bool with_password) const;

    std::string scheme_;
    std::string driver_;
    std::optional<std::string> user_;
    std::optional<std::string> password_;
    std::vector<Host> hosts_;
    std::string database_;
    Query query_;
};

/// Prints to_string().
std::ostream& operator<<(std::ostream& out, const Url& url);

}  // namespace sociable
