// Row 5 on SQLite in memory.
//   sociable            engine.begin, execute, one<User>()
//   sociable pre-ping   the same with pool_pre_ping
//   raw                 the same three statements (BEGIN, SELECT, COMMIT), kept, on one connection
//   raw, select only    without a transaction around it
#include "../raw/sqlite.hpp"
#include "../users.hpp"

int main() {
    sociable::Engine engine = sociable::create_engine("sqlite://");
    bench::make_users(engine);
    sociable::Engine checked = sociable::create_engine("sqlite://", {.pool_pre_ping = true});
    bench::make_users(checked);

    raw::Sqlite db(":memory:");
    db.run("CREATE TABLE users (id integer PRIMARY KEY, name varchar(40) NOT NULL)");
    for (int id = 1; id <= 1000; ++id)
        db.run("INSERT INTO users VALUES (" + std::to_string(id) + ", 'somebody " + std::to_string(id) + "')");
    sqlite3_stmt* begin = db.prepare("BEGIN DEFERRED");
    sqlite3_stmt* commit = db.prepare("COMMIT");
    sqlite3_stmt* select = db.prepare("SELECT id, name FROM users WHERE id = ?");
    auto select_user = [&, ids = bench::Ids()]() mutable {
        sqlite3_bind_int(select, 1, ids.next());
        db.check(sqlite3_step(select));
        const bench::User user{sqlite3_column_int64(select, 0), raw::text(select, 1)};
        db.check(sqlite3_step(select));
        sqlite3_reset(select);
        bench::keep(user);
    };
    bench::in_turn(5, "SQLite",
                   {bench::contestant("sociable", bench::select_users(engine)),
                    bench::contestant("sociable pre-ping", bench::select_users(checked)),
                    bench::contestant("raw",
                                      [&]() mutable {
                                          db.run(begin);
                                          select_user();
                                          db.run(commit);
                                      }),
                    bench::contestant("raw, select only", select_user)});
    for (sqlite3_stmt* statement : {begin, commit, select}) sqlite3_finalize(statement);
}
