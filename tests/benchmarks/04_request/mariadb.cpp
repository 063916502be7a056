// Row 4 on MariaDB; request.hpp says who does what.
#include "../raw/mariadb.hpp"
#include "request.hpp"

int main() {
    const sociable::Url url(bench::url_of("MYSQL"));
    bench::compare_requests("MariaDB", url.to_string_with_password(), [url](std::int32_t id) {
        const raw::Mariadb db(url);
        const std::string sql = "SELECT id, name FROM users WHERE id = " + std::to_string(id);
        db.check(mysql_real_query(db.get(), sql.data(), sql.size()));
        MYSQL_RES* result = mysql_store_result(db.get());
        MYSQL_ROW row = mysql_fetch_row(result);
        bench::keep(
            bench::User{std::strtoll(row[0], nullptr, 10), std::string(row[1], mysql_fetch_lengths(result)[1])});
        mysql_free_result(result);
    });
}
