#pragma once

#include <sociable/url/url.hpp>

#include <mysql.h>

#include <cstdint>
#include <stdexcept>
#include <string>

/// The limit: libmariadb, and no more around it than errors and lifetimes need.
namespace raw {

class Mariadb {
public:
    explicit Mariadb(const sociable::Url& url) : connection_(mysql_init(nullptr)) {
        mysql_options(connection_, MYSQL_SET_CHARSET_NAME, "utf8mb4");
        if (!mysql_real_connect(connection_, url.host().c_str(), url.user().value_or("root").c_str(), "",
                                url.database().c_str(), url.port().value_or(std::uint16_t{3306}), nullptr, 0))
            throw std::runtime_error(mysql_error(connection_));
    }
    Mariadb(const Mariadb&) = delete;
    ~Mariadb() { mysql_close(connection_); }

    MYSQL* get() const { return connection_; }
    void check(int failed) const {
        if (failed) throw std::runtime_error(mysql_error(connection_));
    }
    void run(const std::string& sql) const {
        check(mysql_real_query(connection_, sql.data(), sql.size()));
        if (MYSQL_RES* result = mysql_store_result(connection_)) mysql_free_result(result);
    }
    MYSQL_STMT* prepare(const std::string& sql) const {
        MYSQL_STMT* statement = mysql_stmt_init(connection_);
        if (mysql_stmt_prepare(statement, sql.data(), sql.size()))
            throw std::runtime_error(mysql_stmt_error(statement));
        return statement;
    }

private:
    MYSQL* connection_;
};

inline void check(MYSQL_STMT* statement, int failed) {
    if (failed) throw std::runtime_error(mysql_stmt_error(statement));
}

}  // namespace raw
