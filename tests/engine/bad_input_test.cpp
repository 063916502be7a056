#include "support/database.hpp"
#include "support/thrown.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

using namespace sociable;
using namespace sociable::test;

namespace {

struct Item {
    int id = 0;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(Item, (), (id, name))

struct Numbered {
    int id = 0;
};
BOOST_DESCRIBE_STRUCT(Numbered, (), (id))

const std::string insert_item = "INSERT INTO items (id, name) VALUES (:id, :name)";

/// A connection with items 1 and 2, of which the second has no name.
class Bench {
public:
    explicit Bench(Database& db) : engine(db.engine()) {
        create_items(engine);
        c.execute_many(insert_item, {{{"id", 1}, {"name", "ada"}}, {{"id", 2}, {"name", std::nullopt}}});
        c.commit();
    }

    /// The text of the E that `f` throws. Nothing is written, and the connection lives on: the very same one.
    template <class E>
    std::string refuses(const std::function<void()>& f) {
        const std::uint64_t id = c.connection_id();
        const PoolStatus before = engine.pool().status();
        std::string text = text_of<E>(f);
        const PoolStatus after = engine.pool().status();
        CHECK(after.opened == before.opened);
        CHECK(after.closed == before.closed);
        CHECK(after.invalidated == before.invalidated);
        CHECK(after.checked_out == before.checked_out);
        CHECK_FALSE(c.invalidated());
        c.rollback();
        CHECK(c.connection_id() == id);
        CHECK(c.execute("SELECT id FROM items ORDER BY id").all<int>() == std::vector<int>{1, 2});
        c.commit();
        return text;
    }

    Engine engine;
    Connection c = engine.connect();
};

}  // namespace

TEST_CASE("A parameter without a value is an ArgumentError that names it and the statement") {
    on_each(all_kinds, [](Database& db) {
        Bench bench(db);
        const auto text = bench.refuses<ArgumentError>([&] { bench.c.execute(insert_item, {{"id", 3}}); });
        CHECK(contains(text, ":name"));
        CHECK(contains(text, insert_item));
        CHECK(contains(bench.refuses<ArgumentError>([&] { bench.c.execute(insert_item, Numbered{3}); }), ":name"));
        CHECK(contains(bench.refuses<ArgumentError>([&] { bench.c.stream("SELECT :x"); }), ":x"));
        CHECK_FALSE(bench.c.in_transaction());
    });
}

TEST_CASE("A value that the statement has no parameter for is an ArgumentError that names it") {
    on_each(all_kinds, [](Database& db) {
        Bench bench(db);
        const auto text = bench.refuses<ArgumentError>([&] {
            bench.c.execute(insert_item, {{"id", 3}, {"name", "secret"}, {"nmae", "hidden"}});
        });
        CHECK(contains(text, ":nmae"));
        CHECK(contains(text, insert_item));
        CHECK_FALSE(contains(text, "secret"));
        CHECK_FALSE(contains(text, "hidden"));
        const auto none = bench.refuses<ArgumentError>([&] { bench.c.execute("DELETE FROM items", {{"id", 3}}); });
        CHECK(contains(none, ":id"));
    });
}

TEST_CASE("A value given under another name, or with the colon, is named where the right one is missing") {
    on_each(all_kinds, [](Database& db) {
        Bench bench(db);
        const auto typo = bench.refuses<ArgumentError>([&] {
            bench.c.execute(insert_item, {{"id", 3}, {"nmae", "secret"}});
        });
        CHECK(contains(typo, "the parameter :name has no value (values that it has no parameter for: 'nmae')"));
        CHECK_FALSE(contains(typo, "colon"));
        CHECK_FALSE(contains(typo, "secret"));
        for (const auto& sql : {insert_item, std::string("SELECT 1")}) {
            const auto text = bench.refuses<ArgumentError>([&] {
                bench.c.execute(sql, {{":id", 3}, {":name", "secret"}});
            });
            CHECK(contains(text, "':id'"));
            CHECK(contains(text, "write the name without the colon"));
            CHECK_FALSE(contains(text, "secret"));
        }
    });
}

TEST_CASE("A parameter with two values is an ArgumentError that names it") {
    on_each(all_kinds, [](Database& db) {
        Bench bench(db);
        const auto text = bench.refuses<ArgumentError>([&] {
            bench.c.execute(insert_item, {{"id", 3}, {"name", "a"}, {"id", 4}});
        });
        CHECK(contains(text, ":id has two values"));
    });
}

TEST_CASE("A parameter may stand in a statement more than once") {
    on_each(all_kinds, [](Database& db) {
        Bench bench(db);
        CHECK(bench.c.execute("SELECT id FROM items WHERE id = :i OR id = :i + 1 ORDER BY id", {{"i", 1}}).all<int>() ==
              std::vector<int>{1, 2});
    });
}

TEST_CASE("A bad row amid execute_many is told by its index, and those before it are rolled back") {
    on_each(all_kinds, [](Database& db) {
        Bench bench(db);
        const auto text = bench.refuses<ArgumentError>([&] {
            bench.c.execute_many(insert_item, {{{"id", 3}, {"name", "c"}}, {{"id", 4}, {"nom", "d"}}});
        });
        CHECK(contains(text, "row 1"));
        CHECK(contains(text, ":name"));
    });
}

TEST_CASE("NULL into a type that isn't optional is a DataError that tells column and row") {
    on_each(all_kinds, [](Database& db) {
        Bench bench(db);
        const std::string sql = "SELECT id, name FROM items ORDER BY id";
        const auto select = [&] { return bench.c.execute(sql); };
        const std::vector<std::function<void()>> reads{
            [&] { select().all<Item>(); },
            [&] { select().all<std::tuple<int, std::string>>(); },
            [&] { bench.c.execute("SELECT name FROM items ORDER BY id").all<std::string>(); },
            [&] { bench.c.execute("SELECT name FROM items ORDER BY id").scalars<std::string>(); },
            [&] {
                for (const auto& item : bench.c.stream(sql).rows<Item>()) CHECK(item.id == 1);
            },
        };
        for (const auto& read : reads) {
            const auto text = bench.refuses<DataError>(read);
            CHECK(contains(text, "column 'name' of row 2"));
            CHECK(contains(text, "std::optional"));
        }
        CHECK(contains(bench.refuses<DataError>(
                           [&] { bench.c.execute("SELECT max(id) AS top FROM items WHERE id > 9").scalar<int>(); }),
                       "column 'top' of row 1"));
    });
}

TEST_CASE("Two rows, or none, where one was asked for have errors of their own") {
    on_each(all_kinds, [](Database& db) {
        Bench bench(db);
        const auto many = [&] { return bench.c.stream("SELECT id FROM items"); };
        const auto none = [&] { return bench.c.stream("SELECT id FROM items WHERE id > 9"); };
        CHECK(contains(bench.refuses<MultipleResultsFound>([&] { many().one<int>(); }), "gave more"));
        CHECK(contains(bench.refuses<MultipleResultsFound>([&] { many().one_or_none<int>(); }), "gave more"));
        CHECK(contains(bench.refuses<NoResultFound>([&] { none().one<int>(); }), "gave none"));
        CHECK(contains(bench.refuses<NoResultFound>([&] { none().scalar<int>(); }), "gave none"));
    });
}

TEST_CASE("A value that the type can't hold is a DataError that tells column, reason and remedy, never the value") {
    on_each(all_kinds, [](Database& db) {
        Bench bench(db);
        const auto reads = [&]<class T>(std::type_identity<T>, const std::string& expression) {
            const std::string sql = "SELECT " + expression + " AS value";
            return bench.refuses<DataError>([&] { bench.c.execute(sql).template one<T>(); });
        };
        const auto narrow = reads(std::type_identity<std::int32_t>(), "5000000000");
        CHECK(contains(narrow, "column 'value' of row 1"));
        CHECK(contains(narrow, "2147483647"));
        CHECK(contains(narrow, "wider"));
        CHECK_FALSE(contains(narrow, "5000000000"));
        reads(std::type_identity<unsigned>(), "-1");
        reads(std::type_identity<std::int8_t>(), "128");
        reads(std::type_identity<bool>(), "2");
        reads(std::type_identity<double>(), "9007199254740993");
        CHECK(contains(reads(std::type_identity<int>(), "'secret'"), "std::string"));
        CHECK(contains(reads(std::type_identity<Bytes>(), "42"), "integer"));
        CHECK_FALSE(contains(reads(std::type_identity<std::chrono::year_month_day>(), "'secret'"), "secret"));
        reads(std::type_identity<std::chrono::year_month_day>(), "'2024-02-30'");
    });
}

TEST_CASE("A value that the column can't hold is a DataError or an IntegrityError and nothing is written") {
    on_each(all_kinds, [](Database& db) {
        Bench bench(db);
        const std::string long_name(101, 'x');
        const auto insert = [&] { bench.c.execute(insert_item, Item{3, long_name}); };
        if (db.kind() != Kind::sqlite) CHECK_FALSE(contains(bench.refuses<DataError>(insert), long_name));
        bench.refuses<DatabaseError>([&] { bench.c.execute(insert_item, {{"id", "no number"}, {"name", "a"}}); });
        bench.refuses<UniqueViolation>([&] { bench.c.execute(insert_item, Item{1, "again"}); });
    });
}

TEST_CASE("A statement that is none is refused and the connection goes on") {
    on_each(all_kinds, [](Database& db) {
        Bench bench(db);
        bench.refuses<ProgrammingError>([&] { bench.c.execute("SELEC 1"); });
        bench.refuses<ProgrammingError>([&] { bench.c.execute("INSERT INTO no_such_table VALUES (1)"); });
        bench.refuses<Error>([&] { bench.c.execute("SELECT 'open"); });
        for (const char* nothing : {"", " ", ";", "-- hi", "/* hi */"}) {
            bench.refuses<ArgumentError>([&] { bench.c.execute(nothing); });
            bench.refuses<ArgumentError>([&] { bench.c.stream(nothing); });
        }
        bench.refuses<Error>([&] { bench.c.execute(std::string_view("SELECT 1\0; DELETE FROM items", 28)); });
    });
}

TEST_CASE("Two statements in one text are refused, and neither is left behind") {
    on_each(all_kinds, [](Database& db) {
        Bench bench(db);
        bench.refuses<Error>([&] { bench.c.execute("DELETE FROM items WHERE id = 1; DELETE FROM items"); });
        bench.refuses<Error>([&] { bench.c.execute("SELECT 1; DELETE FROM items WHERE id = :id", {{"id", 1}}); });
    });
}

TEST_CASE("Nothing in a value is taken for SQL") {
    on_each(all_kinds, [](Database& db) {
        Bench bench(db);
        int id = 10;
        for (const std::string attack : {"'; DROP TABLE items; --", "' OR '1'='1", "\\'; DROP TABLE items; --",
                                         "\"; DROP TABLE items; --", "`; DROP TABLE items; --", "$1", "?", ":id", "%s",
                                         "\xbf'; DROP TABLE items; --", "*/ DROP TABLE items /*"}) {
            CAPTURE(attack);
            const bool utf8 = attack[0] != '\xbf';
            const auto insert = [&] { bench.c.execute(insert_item, Item{id, attack}); };
            if (!utf8 && db.kind() != Kind::sqlite) {
                bench.refuses<DataError>(insert);
                continue;
            }
            insert();
            const std::string select = "SELECT name FROM items WHERE name = :n";
            CHECK(bench.c.execute(select, {{"n", attack}}).one<std::string>() == attack);
            CHECK(bench.c.execute(select + " AND id = 1", {{"n", attack}}).all<std::string>().empty());
            CHECK(bench.c.execute("SELECT count(*) FROM items").scalar<int>() == 3);
            bench.c.rollback();
            ++id;
        }
    });
}

TEST_CASE("quote_identifier makes any name a name and nothing else") {
    on_each(all_kinds, [](Database& db) {
        Bench bench(db);
        for (const std::string name : {"select", "two words", "a\"b", "a`b", "a'b", "items\"; DROP TABLE items; --",
                                       "items`; DROP TABLE items; --", "äöü", "Mixed", ":id", "a\\"}) {
            CAPTURE(name);
            const std::string table = bench.engine.quote_identifier(name);
            const std::string column = bench.engine.quote_identifier(name + " c");
            bench.c.execute("CREATE TABLE " + table + " (" + column + " integer)");
            bench.c.execute("INSERT INTO " + table + " (" + column + ") VALUES (:v)", {{"v", 7}});
            const Result result = bench.c.execute("SELECT * FROM " + table);
            CHECK(result.columns() == std::vector<std::string>{name + " c"});
            bench.c.execute("DROP TABLE " + table);
            CHECK(bench.c.execute("SELECT count(*) FROM items").scalar<int>() == 2);
            bench.c.commit();
        }
    });
}

TEST_CASE("A name in quotes or a comment is no parameter") {
    on_each(all_kinds, [](Database& db) {
        Bench bench(db);
        CHECK(bench.c.execute("SELECT ':no' /* :no */ -- :no\n").scalar<std::string>() == ":no");
        using Texts = std::tuple<std::string, std::string>;
        CHECK(bench.c.execute("SELECT '12:30:00', :yes", {{"yes", "1"}}).one<Texts>() == Texts("12:30:00", "1"));
    });
}

TEST_CASE("A connection setting of an unknown name is refused and the connection is not lost to the pool") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine({.pool_size = 1, .max_overflow = 0, .pool_timeout = std::chrono::milliseconds(0)});
        const std::string text = text_of<Error>([&] { engine.connect({.settings = {{"no_such_setting", "1"}}}); });
        CHECK(contains(text, "no_such_setting"));
        CHECK(engine.pool().status().checked_out == 0);
        CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);
    });
}
