// What a proxy needs that gives each transaction another connection of the server's.
#include "support/database.hpp"
#include "support/own_pgbouncer.hpp"
#include "support/threads.hpp"

#include <doctest/doctest.h>
#include <soci/soci.h>

#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

using namespace sociable;
using namespace sociable::test;

namespace {

struct Item {
    int id = 0;
    std::string name;
    bool operator==(const Item&) const = default;
};
BOOST_DESCRIBE_STRUCT(Item, (), (id, name))

const ConnectOptions autocommit{.isolation_level = IsolationLevel::autocommit};
const std::string insert = "INSERT INTO items (id, name) VALUES (:id, :name)";

std::vector<Item> items(int first, int count) {
    std::vector<Item> result;
    for (int i = first; i < first + count; ++i) result.push_back({i, "name " + std::to_string(i)});
    return result;
}

/// Inserts rows, which are `rows_of_way` from `first` on, in a way of its own.
struct Way {
    std::string name;
    std::function<void(Engine&, int first)> insert;
};
/// As many as a COPY is worth.
constexpr int rows_of_way = 120;

const std::vector<Way> ways{
    {"execute",
     [](Engine& engine, int first) {
         engine.begin([&](Connection& c) {
             for (const Item& item : items(first, rows_of_way)) c.execute(insert, item);
         });
     }},
    {"execute at AUTOCOMMIT",
     [](Engine& engine, int first) {
         Connection c = engine.connect(autocommit);
         for (const Item& item : items(first, rows_of_way)) c.execute(insert, item);
     }},
    {"execute_many",
     [](Engine& engine, int first) {
         engine.begin([&](Connection& c) {
             c.execute_many(insert, items(first, rows_of_way - 20));
             c.execute_many(insert, items(first + rows_of_way - 20, 20));
             c.execute_many("UPDATE items SET name = :name WHERE id = :id", items(first, rows_of_way));
             c.execute_many("SELECT name FROM items WHERE id = :id AND name = :name", items(first, 3));
         });
     }},
    {"execute_many at AUTOCOMMIT",
     [](Engine& engine, int first) { engine.connect(autocommit).execute_many(insert, items(first, rows_of_way)); }},
    {"execute_many_returning",
     [](Engine& engine, int first) {
         engine.begin([&](Connection& c) {
             const auto rows = items(first, rows_of_way);
             if (c.execute_many_returning(insert + " RETURNING id, name", rows).all<Item>() != rows)
                 throw std::runtime_error("other rows came back");
         });
     }},
    {"insert_many by COPY",
     [](Engine& engine, int first) {
         engine.begin([&](Connection& c) { c.insert_many("items", items(first, rows_of_way)); });
     }},
    {"insert_many",
     [](Engine& engine, int first) {
         engine.begin([&](Connection& c) {
             for (int i = 0; i < rows_of_way; i += 40) c.insert_many("items", items(first + i, 40));
         });
     }},
    {"insert_many at AUTOCOMMIT",
     [](Engine& engine, int first) {
         Connection c = engine.connect(autocommit);
         for (int i = 0; i < rows_of_way; i += 40) c.insert_many("items", items(first + i, 40));
     }},
    {"insert_many_returning",
     [](Engine& engine, int first) {
         engine.begin([&](Connection& c) {
             const auto rows = items(first, rows_of_way);
             if (c.insert_many_returning("items", rows, {"id", "name"}).all<Item>() != rows)
                 throw std::runtime_error("other rows came back");
         });
     }},
    {"run_transaction",
     [](Engine& engine, int first) {
         engine.run_transaction([&](Connection& c) { c.execute_many(insert, items(first, rows_of_way)); }, {},
                                {.isolation_level = IsolationLevel::read_committed});
     }},
    {"savepoints",
     [](Engine& engine, int first) {
         engine.begin([&](Connection& c) {
             c.begin_nested([&](Connection&) { c.execute_many(insert, items(first, rows_of_way)); });
             try {
                 c.begin_nested([&](Connection&) { c.execute_many(insert, items(first + rows_of_way - 1, 2)); });
             } catch (const UniqueViolation&) {
                 return;
             }
             throw std::runtime_error("a row is there twice");
         });
     }},
    {"soci() <<",
     [](Engine& engine, int first) {
         engine.begin([&](Connection& c) {
             for (const Item& item : items(first, rows_of_way))
                 c.soci() << insert, soci::use(item.id, "id"), soci::use(item.name, "name");
         });
     }},
    {"stream",
     [](Engine& engine, int first) {
         engine.begin([&](Connection& c) {
             c.insert_many("items", items(first, rows_of_way));
             for (const std::size_t yield_per : {0, 7}) {
                 int seen = 0;
                 for (const Row& row : c.stream("SELECT id FROM items WHERE id >= :first ORDER BY id LIMIT 50",
                                                {{"first", first}}, {.yield_per = yield_per}))
                     if (row.get<int>(0) == first + seen) ++seen;
                 if (seen != 50) throw std::runtime_error("rows are missing");
             }
         });
         int seen = 0;
         Connection c = engine.connect(autocommit);
         for (const Row& row : c.stream("SELECT id FROM items WHERE id >= :first LIMIT 50", {{"first", first}}))
             seen += row.get<int>(0) >= first ? 1 : 0;
         if (seen != 50) throw std::runtime_error("rows are missing");
     }},
};

}  // namespace

TEST_CASE("Behind PgBouncer in transaction mode every kind of call works, without kept statements") {
    Database database(Kind::postgresql);
    Engine direct = database.engine();
    create_items(direct);
    for (const int connections : {1, 3}) {
        CAPTURE(connections);
        const OwnPgbouncer pgbouncer(database, connections);
        Engine engine = create_engine(pgbouncer.url(), {.pool_size = 8, .statement_cache_size = 0});
        for (const Way& way : ways) {
            CAPTURE(way.name);
            constexpr int threads = 8, rounds = 6;
            std::mutex mutex;
            std::vector<std::string> errors;
            in_parallel(threads, [&](int thread) {
                for (int round = 0; round < rounds; ++round) {
                    try {
                        way.insert(engine, (thread * rounds + round) * rows_of_way);
                    } catch (const std::exception& e) {
                        const std::lock_guard lock(mutex);
                        errors.emplace_back(e.what());
                    }
                }
            });
            CHECK(errors.size() == 0);
            if (!errors.empty()) CHECK(errors.front() == "");
            CHECK(count_items(direct) == threads * rounds * rows_of_way);
            direct.begin([](Connection& c) { c.execute("DELETE FROM items"); });
        }
    }
}

TEST_CASE("PostgreSQL: with statement_cache_size 0 nothing stays prepared on the server") {
    Database database(Kind::postgresql);
    Engine engine = database.engine({.pool_size = 1, .max_overflow = 0, .statement_cache_size = 0});
    create_items(engine);
    const std::string count = "SELECT count(*) FROM pg_prepared_statements";
    for (const Way& way : ways) {
        CAPTURE(way.name);
        const Subscription s = engine.listen<event::Commit>(
            [&](event::Commit& e) { CHECK(e.connection.execute(count).scalar<int>() == 0); });
        for (int round = 0; round < 2; ++round) way.insert(engine, round * rows_of_way);
        Connection c = engine.connect();
        CHECK(c.execute(count).scalar<int>() == 0);
        c.execute("DELETE FROM items");
        c.commit();
    }
}
