// Row 5 on MariaDB.
//   sociable            engine.begin, execute, one<User>()
//   sociable pre-ping   the same with pool_pre_ping
//   raw                 BEGIN, the SELECT prepared, COMMIT: three round trips on one connection
//   raw, select only    without a transaction around it: one round trip
#include "../raw/mariadb.hpp"
#include "../users.hpp"

int main() {
    const sociable::Url url(bench::url_of("MYSQL"));
    sociable::Engine engine = sociable::create_engine(url);
    bench::make_users(engine);
    sociable::Engine checked = sociable::create_engine(url, {.pool_pre_ping = true});

    raw::Mariadb db(url);
    MYSQL_STMT* select = db.prepare("SELECT id, name FROM users WHERE id = ?");
    std::int32_t wanted = 0;
    MYSQL_BIND value{};
    value.buffer_type = MYSQL_TYPE_LONG;
    value.buffer = &wanted;
    raw::check(select, mysql_stmt_bind_param(select, &value));
    std::int64_t id = 0;
    char name[160];
    unsigned long length = 0;
    MYSQL_BIND columns[2]{};
    columns[0].buffer_type = MYSQL_TYPE_LONGLONG;
    columns[0].buffer = &id;
    columns[1].buffer_type = MYSQL_TYPE_STRING;
    columns[1].buffer = name;
    columns[1].buffer_length = sizeof name;
    columns[1].length = &length;
    raw::check(select, mysql_stmt_bind_result(select, columns));

    auto select_user = [&, ids = bench::Ids()]() mutable {
        wanted = ids.next();
        raw::check(select, mysql_stmt_execute(select));
        raw::check(select, mysql_stmt_store_result(select));
        raw::check(select, mysql_stmt_fetch(select));
        bench::keep(bench::User{id, std::string(name, length)});
        mysql_stmt_free_result(select);
    };
    bench::in_turn(5, "MariaDB",
                   {bench::contestant("sociable", bench::select_users(engine)),
                    bench::contestant("sociable pre-ping", bench::select_users(checked)),
                    bench::contestant("raw",
                                      [&]() mutable {
                                          db.run("BEGIN");
                                          select_user();
                                          db.run("COMMIT");
                                      }),
                    bench::contestant("raw, select only", select_user)});
    mysql_stmt_close(select);
}
