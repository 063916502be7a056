#include "dialect/dialects.hpp"

#include "dialect/choices.hpp"

#include <sociable/errors/error.hpp>

#include <array>

namespace sociable::dialect {

namespace {

using Maker = std::unique_ptr<Dialect> (*)(const std::optional<SqliteOptions>&);

struct Scheme {
    std::string_view name;
    Maker make;
};

std::unique_ptr<Dialect> sqlite(const std::optional<SqliteOptions>& options) {
    return make_sqlite_dialect(options.value_or(SqliteOptions{}));
}
std::unique_ptr<Dialect> postgresql(const std::optional<SqliteOptions>&) { return make_postgresql_dialect(); }
std::unique_ptr<Dialect> mysql(const std::optional<SqliteOptions>&) { return make_mysql_dialect(); }

constexpr std::array schemes{Scheme{"sqlite", sqlite}, Scheme{"postgresql", postgresql}, Scheme{"postgres", postgresql},
                             Scheme{"mysql", mysql}, Scheme{"mariadb", mysql}};

const Scheme& find_scheme(const std::string& name) {
    const std::string wanted = lower_case(name);
    std::array<std::string_view, schemes.size()> known;
    for (std::size_t i = 0; i < schemes.size(); ++i) {
        if (schemes[i].name == wanted) return schemes[i];
        known[i] = schemes[i].name;
    }
    throw ArgumentError("unknown URL scheme " + not_among(name, known));
}

}  // namespace

std::unique_ptr<Dialect> make_dialect(const Url& url, const std::optional<SqliteOptions>& options) {
    const Scheme& scheme = find_scheme(url.scheme());
    if (!url.driver().empty() && lower_case(url.driver()) != "soci")
        throw ArgumentError("the URL names the driver '" + url.driver() +
                            "', but drivers aren't chosen here: every database is reached through SOCI; write '" +
                            url.scheme() + "://'");
    if (options && scheme.make != sqlite)
        throw ArgumentError("option 'sqlite' is for SQLite only; the URL's scheme is '" + url.scheme() + "'");
    return scheme.make(options);
}

void load_client_libraries() noexcept { load_mysql_library(); }

std::vector<std::string> known_schemes() {
    std::vector<std::string> names;
    for (const Scheme& scheme : schemes) names.emplace_back(scheme.name);
    return names;
}

}  // namespace sociable::dialect
