// Row 5 on PostgreSQL.
//   sociable            engine.begin, execute, one<User>()
//   sociable pre-ping   the same with pool_pre_ping
//   raw                 BEGIN, the SELECT prepared, COMMIT: three round trips on one connection
//   raw, pipelined      BEGIN sent with the SELECT, then COMMIT: two round trips
//   raw, select only    without a transaction around it: one round trip
#include "../raw/postgresql.hpp"
#include "../users.hpp"

int main() {
    const std::string url = bench::url_of("POSTGRESQL");
    sociable::Engine engine = sociable::create_engine(url);
    bench::make_users(engine);
    sociable::Engine checked = sociable::create_engine(url, {.pool_pre_ping = true});

    raw::Postgresql db(url);
    db.prepare("by_key", "SELECT id, name FROM users WHERE id = $1::integer");
    const auto read = [](const raw::PgResult& result) {
        bench::keep(bench::User{raw::number<std::int64_t>(result, 0, 0), raw::text(result, 0, 1)});
    };
    auto select_user = [&, ids = bench::Ids()]() mutable {
        const std::string id = std::to_string(ids.next());
        const char* const values[] = {id.c_str()};
        read(db.check(PQexecPrepared(db.get(), "by_key", 1, values, nullptr, nullptr, 0)));
    };
    raw::Postgresql pipelined(url);
    pipelined.prepare("by_key", "SELECT id, name FROM users WHERE id = $1::integer");
    pipelined.prepare("begin", "BEGIN");
    auto begin_and_select = [&, ids = bench::Ids()]() mutable {
        const std::string id = std::to_string(ids.next());
        const char* const values[] = {id.c_str()};
        PQenterPipelineMode(pipelined.get());
        PQsendQueryPrepared(pipelined.get(), "begin", 0, nullptr, nullptr, nullptr, 0);
        PQsendQueryPrepared(pipelined.get(), "by_key", 1, values, nullptr, nullptr, 0);
        PQpipelineSync(pipelined.get());
        pipelined.check(PQgetResult(pipelined.get()));
        PQgetResult(pipelined.get());  // null: the end of BEGIN's results
        read(pipelined.check(PQgetResult(pipelined.get())));
        PQgetResult(pipelined.get());
        raw::PgResult(PQgetResult(pipelined.get()));  // of the sync
        PQexitPipelineMode(pipelined.get());
    };
    bench::in_turn(5, "PostgreSQL",
                   {bench::contestant("sociable", bench::select_users(engine)),
                    bench::contestant("sociable pre-ping", bench::select_users(checked)),
                    bench::contestant("raw",
                                      [&]() mutable {
                                          db.run("BEGIN");
                                          select_user();
                                          db.run("COMMIT");
                                      }),
                    bench::contestant("raw, pipelined",
                                      [&]() mutable {
                                          begin_and_select();
                                          pipelined.run("COMMIT");
                                      }),
                    bench::contestant("raw, select only", select_user)});
}
