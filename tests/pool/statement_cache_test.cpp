#include "support/database.hpp"
#include "support/scripted.hpp"

using namespace sociable;
using namespace sociable::test;

namespace {

/// Statements that a connection to PostgreSQL keeps prepared on the server.
int prepared(Connection& c) {
    return c.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1%'").scalar<int>();
}

void use(Connection& c, int number) {
    const std::string sql = "SELECT :n::int + " + std::to_string(number);
    for (int i = 0; i < 2; ++i) CHECK(c.execute(sql, {{"n", 1}}).scalar<int>() == number + 1);
}

}  // namespace

TEST_CASE("statements are kept on the connection, over checkouts, the least recently used going first") {
    on_each({Kind::postgresql}, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .statement_cache_size = 4});
        for (int i = 0; i < 10; ++i) {
            Connection c = engine.connect();
            use(c, i);
        }
        Connection c = engine.connect();
        CHECK(prepared(c) <= 4);
        CHECK(prepared(c) >= 2);
    });
}

TEST_CASE("a cache of size zero keeps nothing on the server") {
    on_each({Kind::postgresql}, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1, .statement_cache_size = 0});
        Connection c = engine.connect();
        for (int i = 0; i < 5; ++i) use(c, i);
        CHECK(prepared(c) == 0);
    });
}

TEST_CASE("a statement whose result is still being read can run again") {
    on_each(all_kinds, [](Database& database) {
        for (const int size : {0, 1, 100}) {
            Engine engine = database.engine({.pool_size = 1, .statement_cache_size = size});
            Connection c = engine.connect();
            const char* sql = "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3";
            Result outer = c.execute(sql);
            int sum = 0;
            for (const int o : outer.rows<int>())
                for (const int i : c.execute(sql).rows<int>()) sum += o * i;
            CHECK(sum == 36);
        }
    });
}

TEST_CASE("a reconnect forgets the statements of the old connection") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1});
        Connection c = engine.connect();
        for (int i = 0; i < 3; ++i) {
            CHECK(c.execute("SELECT 5").scalar<int>() == 5);
            c.invalidate();
            c.rollback();
        }
        CHECK(c.execute("SELECT 5").scalar<int>() == 5);
    });
}

TEST_CASE("statements kept from before a change of their table run on the changed one, also inside a transaction") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1});
        for (const char* type : {"integer", "varchar(20)", "bigint"}) {
            engine.begin([&](Connection& c) {
                c.execute("DROP TABLE IF EXISTS t");
                c.execute("CREATE TABLE t (v " + std::string(type) + ")");
                for (int i = 0; i < 3; ++i) {
                    c.execute("INSERT INTO t (v) VALUES (7)");
                    CHECK(c.execute("SELECT * FROM t").all().size() == static_cast<std::size_t>(i) + 1);
                }
            });
        }
    });
}
