#pragma once

#include "dialect/driver.hpp"
#include "dialect/sql_text.hpp"

#include <sociable/dialect/isolation_level.hpp>
#include <sociable/dialect/sqlite_options.hpp>
#include <sociable/errors/database_error.hpp>
#include <sociable/url/url.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace soci {
class session;
}

namespace sociable::dialect {

/// Where the data of a URL lives; the pool's default follows from it.
enum class Locality { server, file, memory };

/// What is particular to one database, apart from an open connection (Driver). One object per engine; every member may
/// be called by several threads at once.
class Dialect {
public:
    virtual ~Dialect() = default;

    /// "postgresql", "mysql" or "sqlite".
    virtual std::string_view name() const noexcept = 0;
    virtual Locality locality(const Url& url) const = 0;

    /// @throws ArgumentError when a part of the URL means nothing to this database; it lists what would
    virtual void check(const Url& url) const = 0;
    /// @throws ArgumentError when the database hasn't got the level; it lists those it has
    virtual void check(IsolationLevel level) const = 0;

    /// What SOCI is given to open `url`. Each part arrives as it was meant, whatever characters it has.
    virtual std::string connect_string(const Url& url) const = 0;
    /// What a connection is opened for.
    enum class Use { once, again };
    /// Opens `session`, which is closed, and does what this database needs on a new connection. What is used again may
    /// take longer to open, to be faster then.
    /// @throws DatabaseError, of which neither text nor members have the password; `session` is closed again
    virtual std::unique_ptr<Driver> connect(soci::session& session, const Url& url, Use use) const = 0;
    std::unique_ptr<Driver> connect(soci::session& session, const Url& url) const {
        return connect(session, url, Use::again);
    }
    /// As connect(), for a session that a `creator` has opened.
    virtual std::unique_ptr<Driver> attach(soci::session& session) const = 0;

    /// How this database's SQL text is read when `:name` parameters are looked for.
    virtual const SqlRules& sql_rules() const noexcept = 0;
    /// True where a statement that changes tables commits the transaction that it is in, even when it then fails.
    virtual bool commits_implicitly() const noexcept { return false; }
    /// True where a quoted name that no column has is a text, unless the name of its table stands before it.
    virtual bool takes_names_for_texts() const noexcept { return false; }
    /// The name in the database's quotes, its own quotes doubled.
    virtual std::string quote_identifier(std::string_view name) const = 0;
};

/// The dialect for the URL's scheme. `sqlite` is what the user set, or nothing.
/// @throws ArgumentError for an unknown scheme or driver (it lists the known ones), or SqliteOptions for another
/// database
std::unique_ptr<Dialect> make_dialect(const Url& url, const std::optional<SqliteOptions>& sqlite);

/// Begins, once, the client libraries that would else begin with their first connection: at the end of the process they
/// would then end before the pools that were made earlier, while threads still connect.
void load_client_libraries() noexcept;

/// Every scheme that make_dialect() knows, for error messages.
std::vector<std::string> known_schemes();

}  // namespace sociable::dialect
