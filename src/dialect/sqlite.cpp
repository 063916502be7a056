#include "dialect/dialects.hpp"
#include "dialect/sqlite_driver.hpp"
#include "dialect/sqlite_native.hpp"
#include "dialect/sqlite_settings.hpp"
#include "dialect/sqlite_url.hpp"

#include <sociable/errors/error.hpp>

#include <soci/soci.h>
#include <sqlite3.h>

#include <limits>
#include <utility>

namespace sociable::dialect {

namespace {

// Paths are given to SQLite as URIs. Where it was built without them, they must be switched on before its first use.
void allow_uris() {
    static const bool once = [] {
        if (sqlite3_compileoption_used("USE_URI") == 0) sqlite3_config(SQLITE_CONFIG_URI, 1);
        return true;
    }();
    static_cast<void>(once);
}

class SqliteDialect final : public Dialect {
public:
    explicit SqliteDialect(const SqliteOptions& options) : options_(options) {}

    std::string_view name() const noexcept override { return "sqlite"; }
    Locality locality(const Url& url) const override {
        return sqlite_in_memory(url) ? Locality::memory : Locality::file;
    }
    void check(const Url& url) const override { check_sqlite_url(url); }
    void check(IsolationLevel level) const override { check_sqlite_level(level); }

    std::string connect_string(const Url& url) const override { return sqlite_connect_string(url); }

    using Dialect::connect;
    std::unique_ptr<Driver> connect(soci::session& session, const Url& url, Use use) const override {
        allow_uris();
        try {
            open_sqlite(session, connect_string(url));
            if (use == Use::again) drop_mutex(session, connect_string(url));
            return attach(session);
        } catch (const DatabaseError& e) {
            session.close();
            DatabaseErrorInfo info = e.info();
            info.message = "database '" + url.database() + "': " + info.message;
            raise(std::move(info));
        } catch (...) {
            session.close();
            throw;
        }
    }

    std::unique_ptr<Driver> attach(soci::session& session) const override {
        ::sqlite3* db = sqlite_handle(session);
        if (!db) throw ArgumentError("option 'creator': it did not give an open session of SOCI's SQLite backend");
        sqlite3_extended_result_codes(db, 1);
        apply_options(db, options_);
        return std::make_unique<SqliteDriver>(db);
    }

    const SqlRules& sql_rules() const noexcept override {
        static constexpr SqlRules rules{.backticks = true, .brackets = true, .own_named_parameters = true};
        return rules;
    }

    bool takes_names_for_texts() const noexcept override { return true; }
    std::string quote_identifier(std::string_view name) const override {
        std::string quoted = "\"";
        for (const char c : name) {
            if (c == '"') quoted += '"';
            quoted += c;
        }
        return quoted += '"';
    }

private:
    SqliteOptions options_;
};

}  // namespace

std::unique_ptr<Dialect> make_sqlite_dialect(const SqliteOptions& options) {
    if (options.busy_timeout.count() < 0 || options.busy_timeout.count() > std::numeric_limits<int>::max())
        throw ArgumentError("option 'sqlite.busy_timeout' is from 0 to 2147483647 ms, not " +
                            std::to_string(options.busy_timeout.count()));
    return std::make_unique<SqliteDialect>(options);
}

}  // namespace sociable::dialect
