#pragma once

#include "support/database.hpp"

#include <string>
#include <utility>

namespace sociable::test {

/// A user of the test server with a password, who may do everything in `database`. Dropped at the end.
class User {
public:
    User(const Database& database, const std::string& name, std::string password)
        : admin_(database.engine({.pool_class = PoolClass::null, .isolation_level = IsolationLevel::autocommit})),
          account_(database.kind() == Kind::mysql ? literal(name) + "@'%'" : admin_.quote_identifier(name)),
          url_(database.url().with_user(name).with_password(std::move(password))) {
        const std::string secret = literal(*url_.password());
        if (database.kind() == Kind::mysql) {
            run("CREATE USER " + account_ + " IDENTIFIED BY " + secret);
            run("GRANT ALL ON *.* TO " + account_);
        } else {
            run("CREATE ROLE " + account_ + " LOGIN SUPERUSER PASSWORD " + secret);
        }
    }
    User(const User&) = delete;
    User& operator=(const User&) = delete;
    ~User() {
        try {
            run("DROP " + std::string(admin_.dialect_name() == "mysql" ? "USER " : "ROLE ") + account_);
        } catch (const std::exception& e) {
            MESSAGE("a test's user could not be dropped: " << e.what());
        }
    }

    /// The database's URL with this user and password.
    const Url& url() const noexcept { return url_; }

private:
    void run(const std::string& sql) { admin_.connect().execute(sql); }

    std::string literal(const std::string& text) const {
        std::string quoted = "'";
        for (const char c : text) {
            if (c == '\'' || (c == '\\' && admin_.dialect_name() == "mysql")) quoted += c;
            quoted += c;
        }
        return quoted + "'";
    }

    Engine admin_;
    std::string account_;
    Url url_;
};

}  // namespace sociable::test
