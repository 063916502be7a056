#include "dialect/dialects.hpp"
#include "dialect/mysql_driver.hpp"
#include "dialect/mysql_native.hpp"
#include "dialect/mysql_url.hpp"

#include <soci/soci.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace sociable::dialect {

namespace {

constexpr SqlRules rules{
    .backslash_escapes = true,
    .backticks = true,
    .hash_comments = true,
};

class MysqlDialect : public Dialect {
public:
    std::string_view name() const noexcept override { return "mysql"; }
    Locality locality(const Url&) const override { return Locality::server; }

    void check(const Url& url) const override { check_mysql_url(url); }
    void check(IsolationLevel) const override {}  // MariaDB has them all

    std::string connect_string(const Url& url) const override { return mysql_connect_string(url); }

    using Dialect::connect;
    std::unique_ptr<Driver> connect(soci::session& session, const Url& url, Use) const override {
        try {
            require_tls_files(url);
            open_mysql(session, mysql_connect_string(url), url.password().value_or(""));
            require_encryption(url, mysql_handle(session));
            // Debian's client library lets the server ask for files as soon as a statement is LOAD DATA LOCAL.
            if (url.query("local_infile") != "1") forbid_files(mysql_handle(session));
            return attach(session);
        } catch (const DatabaseError& e) {
            session.close();
            DatabaseErrorInfo info = e.info();
            info.message = "connection to " + mysql_place(url) + " failed: " + info.message;
            raise(std::move(info));
        } catch (...) {
            session.close();
            throw;
        }
    }

    std::unique_ptr<Driver> attach(soci::session& session) const override {
        return std::make_unique<MysqlDriver>(mysql_handle(session));
    }

    const SqlRules& sql_rules() const noexcept override { return rules; }
    bool commits_implicitly() const noexcept override { return true; }
    std::string quote_identifier(std::string_view name) const override { return quote_mysql_identifier(name); }

private:
    // The client library names neither of them when TLS can't begin.
    static void require_tls_files(const Url& url) {
        for (const char* key : {"sslca", "sslcert", "sslkey"}) {
            const auto file = url.query(key);
            if (!file || access(file->c_str(), R_OK) == 0) continue;
            raise({.kind = ErrorKind::operational,
                   .message = "the file of URL option '" + std::string(key) + "' can't be read, " + *file + ": " +
                              std::generic_category().message(errno),
                   .sqlstate = "08001",
                   .statement = {}});
        }
    }

    // The client library takes a server without TLS for good, whatever it was given, and SOCI has no way to forbid
    // that. By now the server has seen the user's name and an answer to its challenge, but not the password.
    static void require_encryption(const Url& url, MYSQL* native) {
        if (url.query("sslca") && !mysql_get_ssl_cipher(native))
            raise({.kind = ErrorKind::operational,
                   .message = "the server offers no encryption, and the URL asks for it by 'sslca'",
                   .sqlstate = "08001",
                   .statement = {}});
    }

    static void forbid_files(MYSQL* native) {
        const unsigned off = 0;
        mysql_options(native, MYSQL_OPT_LOCAL_INFILE, &off);
    }
};

}  // namespace

// SOCI ends the library at the end of the process as well, from its first attempt to connect on: it has that here,
// where nothing listens.
void load_mysql_library() noexcept {
    static const int result = [] {
        const int loaded = mysql_library_init(0, nullptr, nullptr);
        try {
            soci::session session;
            open_mysql(session, "host='localhost' unix_socket='/dev/null'", "");
        } catch (...) {
        }
        return loaded;
    }();
    static_cast<void>(result);  // the first connect says what is wrong
}

std::unique_ptr<Dialect> make_mysql_dialect() { return std::make_unique<MysqlDialect>(); }

}  // namespace sociable::dialect
