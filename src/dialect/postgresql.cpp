#include "dialect/dialects.hpp"
#include "dialect/postgresql_driver.hpp"
#include "dialect/postgresql_errors.hpp"
#include "dialect/postgresql_url.hpp"

#include <sociable/errors/error.hpp>

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include <libpq-fe.h>

namespace sociable::dialect {

namespace {

constexpr SqlRules rules{
    .placeholder = SqlRules::Placeholder::numbered, .dollar_quotes = true, .nested_comments = true, .casts = true};

class PostgresqlDialect final : public Dialect {
public:
    std::string_view name() const noexcept override { return "postgresql"; }
    Locality locality(const Url&) const override { return Locality::server; }

    void check(const Url& url) const override { check_postgresql_url(url); }
    void check(IsolationLevel) const override {}  // it takes them all

    std::string connect_string(const Url& url) const override { return postgresql_connect_string(url); }

    using Dialect::connect;
    std::unique_ptr<Driver> connect(soci::session& session, const Url& url, Use) const override {
        try {
            // The factory object, not the name "postgresql": parameters made from a name race between threads.
            session.open(soci::postgresql, connect_string(url));
        } catch (const soci::soci_error& e) {
            raise(postgresql_connect_error(without_secrets(e.get_error_message(), url)));
        }
        try {
            return attach(session);
        } catch (...) {
            session.close();
            throw;
        }
    }

    std::unique_ptr<Driver> attach(soci::session& session) const override {
        if (!session.get_backend()) throw ArgumentError("the session isn't open");
        if (session.get_backend_name() != "postgresql")
            throw ArgumentError("the session is open to '" + session.get_backend_name() +
                                "', but the engine's URL is one of PostgreSQL");
        auto* backend = static_cast<soci::postgresql_session_backend*>(session.get_backend());
        return std::make_unique<PostgresqlDriver>(backend->conn_);
    }

    const SqlRules& sql_rules() const noexcept override { return rules; }
    std::string quote_identifier(std::string_view name) const override { return postgresql_identifier(name); }
};

}  // namespace

std::unique_ptr<Dialect> make_postgresql_dialect() { return std::make_unique<PostgresqlDialect>(); }

}  // namespace sociable::dialect
