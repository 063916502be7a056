#include "support/database.hpp"
#include "support/thrown.hpp"

#include <doctest/doctest.h>
#include <soci/soci.h>

#include <ctime>
#include <string>
#include <vector>

using namespace sociable;
using namespace sociable::test;

namespace {

struct Item {
    int id = 0;
    std::string name;
};

enum class Color { red = 1, blue = 2 };

}  // namespace

template <>
struct soci::type_conversion<Color> {
    using base_type = int;
    static void from_base(int value, soci::indicator, Color& color) { color = static_cast<Color>(value); }
    static void to_base(const Color& color, int& value, soci::indicator& indicator) {
        value = static_cast<int>(color);
        indicator = soci::i_ok;
    }
};

template <>
struct soci::type_conversion<Item> {
    using base_type = soci::values;
    static void from_base(const soci::values& values, soci::indicator, Item& item) {
        item.id = values.get<int>("id");
        item.name = values.get<std::string>("name", "none");
    }
    static void to_base(const Item& item, soci::values& values, soci::indicator& indicator) {
        values.set("id", item.id);
        values.set("name", item.name);
        indicator = soci::i_ok;
    }
};

namespace {

/// An engine with a table of the items 1 "ada", 2 "grace" and 3 NULL.
Engine with_items(Database& db) {
    Engine engine = db.engine({.pool_size = 1, .max_overflow = 0});
    create_items(engine);
    engine.begin([](Connection& c) { c.execute("INSERT INTO items VALUES (1, 'ada'), (2, 'grace'), (3, NULL)"); });
    return engine;
}

}  // namespace

TEST_CASE("SOCI: into and use, with indicators, inside a session") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = with_items(db);
        Session session(engine);
        soci::session& sql = session.soci();
        int count = 0;
        sql << "SELECT count(*) FROM items", soci::into(count);
        CHECK(count == 3);
        std::string name;
        soci::indicator indicator = soci::i_ok;
        int id = 2;
        sql << "SELECT name FROM items WHERE id = :id", soci::use(id), soci::into(name, indicator);
        CHECK(sql.got_data());
        CHECK(name == "grace");
        id = 3;
        sql << "SELECT name FROM items WHERE id = :id", soci::use(id), soci::into(name, indicator);
        CHECK(indicator == soci::i_null);
        id = 9;
        sql << "SELECT name FROM items WHERE id = :id", soci::use(id), soci::into(name, indicator);
        CHECK_FALSE(sql.got_data());
        indicator = soci::i_null;
        sql << "INSERT INTO items (id, name) VALUES (:id, :name)", soci::use(id, "id"),
            soci::use(name, indicator, "name");
        CHECK(session.execute("SELECT count(*) FROM items WHERE name IS NULL").scalar<int>() == 2);
    });
}

TEST_CASE("SOCI: rowset of values and of rows, inside a session") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = with_items(db);
        Session session(engine);
        std::vector<int> ids;
        {
            const soci::rowset<int> rows = (session.soci().prepare << "SELECT id FROM items ORDER BY id");
            for (const int id : rows) ids.push_back(id);
        }
        CHECK(ids == std::vector<int>{1, 2, 3});
        std::string names;
        {
            const soci::rowset<soci::row> rows = (session.soci().prepare << "SELECT id, name FROM items ORDER BY id");
            for (const soci::row& row : rows) {
                CHECK(row.get_properties(1).get_name() == "name");
                names += row.get<std::string>("name", "?");
            }
        }
        CHECK(names == "adagrace?");
    });
}

TEST_CASE("SOCI: prepared statements run again and again, inside a session") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = with_items(db);
        Session session(engine);
        int id = 0;
        std::string name;
        {
            soci::statement insert = (session.soci().prepare << "INSERT INTO items (id, name) VALUES (:id, :name)",
                                      soci::use(id, "id"), soci::use(name, "name"));
            for (id = 10; id < 15; ++id) {
                name = "n" + std::to_string(id);
                insert.execute(true);
                CHECK(insert.get_affected_rows() == 1);
            }
            soci::statement select =
                (session.soci().prepare << "SELECT name FROM items WHERE id >= 10 ORDER BY id", soci::into(name));
            select.execute();
            std::string all;
            while (select.fetch()) all += name;
            CHECK(all == "n10n11n12n13n14");
        }
        session.commit();
        CHECK(count_items(engine) == 8);
    });
}

TEST_CASE("SOCI: type conversions of a value and of a struct, inside a session") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = with_items(db);
        Session session(engine);
        soci::session& sql = session.soci();
        Color color = Color::red;
        sql << "SELECT id FROM items WHERE name = 'grace'", soci::into(color);
        CHECK(color == Color::blue);
        std::string name;
        sql << "SELECT name FROM items WHERE id = :id", soci::use(color), soci::into(name);
        CHECK(name == "grace");
        Item item{20, "struct"};
        sql << "INSERT INTO items (id, name) VALUES (:id, :name)", soci::use(item);
        Item read;
        sql << "SELECT id, name FROM items WHERE id = 20", soci::into(read);
        CHECK(read.id == 20);
        CHECK(read.name == "struct");
    });
}

TEST_CASE("SOCI: bulk vectors into and use, inside a session") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = with_items(db);
        Session session(engine);
        soci::session& sql = session.soci();
        std::vector<int> ids;
        std::vector<std::string> names;
        for (int i = 100; i < 200; ++i) {
            ids.push_back(i);
            names.push_back("bulk" + std::to_string(i));
        }
        sql << "INSERT INTO items (id, name) VALUES (:id, :name)", soci::use(ids), soci::use(names);
        std::vector<int> read(500);
        std::vector<std::string> read_names(500);
        sql << "SELECT id, name FROM items WHERE id >= 100 ORDER BY id", soci::into(read), soci::into(read_names);
        CHECK(read == ids);
        CHECK(read_names == names);
    });
}

TEST_CASE("SOCI: dates by std::tm, inside a session") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = with_items(db);
        Session session(engine);
        const std::string type = db.kind() == Kind::mysql ? "datetime" : "timestamp";
        session.execute("CREATE TABLE days (at " + type + ")");
        std::tm at{};
        at.tm_year = 124;
        at.tm_mon = 1;
        at.tm_mday = 29;
        at.tm_hour = 13;
        session.soci() << "INSERT INTO days (at) VALUES (:at)", soci::use(at);
        std::tm read{};
        session.soci() << "SELECT at FROM days", soci::into(read);
        CHECK(read.tm_mday == 29);
        CHECK(read.tm_hour == 13);
        using Instant = std::chrono::sys_seconds;
        using namespace std::chrono;
        CHECK(session.execute("SELECT at FROM days").scalar<Instant>() == sys_days(2024y / February / 29) + hours(13));
    });
}

TEST_CASE("SOCI: what is done is committed and rolled back with the session") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = with_items(db);
        {
            Session session(engine);
            session.soci() << "INSERT INTO items VALUES (10, 'rolled back')";
            session.rollback();
            session.soci() << "INSERT INTO items VALUES (11, 'left open')";
        }
        CHECK(count_items(engine) == 3);
        {
            Session session(engine);
            session.soci() << "INSERT INTO items VALUES (12, 'by soci')";
            session.execute("INSERT INTO items VALUES (13, 'by sociable')");
            int count = 0;
            session.soci() << "SELECT count(*) FROM items", soci::into(count);
            CHECK(count == 5);
            session.commit();
        }
        CHECK(count_items(engine) == 5);
        SessionMaker make(engine);
        CHECK_THROWS_AS(make.begin([](Session& session) {
            session.soci() << "DELETE FROM items";
            throw 42;
        }),
                        int);
        CHECK(count_items(engine) == 5);
    });
}

TEST_CASE("SOCI: a result that is half read is loaded before SOCI gets the connection") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = with_items(db);
        Session session(engine);
        auto rows = session.stream("SELECT id FROM items ORDER BY id").rows<int>();
        auto row = rows.begin();
        int count = 0;
        session.soci() << "SELECT count(*) FROM items", soci::into(count);
        CHECK(count == 3);
        ++row;
        CHECK(*row == 2);
    });
}

TEST_CASE("SOCI: wrong use throws SOCI's error, writes nothing and loses no connection") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = with_items(db);
        const auto opened = engine.pool().status().opened;
        const auto wrong = [&](auto&& f) {
            Session session(engine);
            session.soci() << "INSERT INTO items VALUES (50, 'before')";
            CHECK_THROWS_AS(f(session.soci()), soci::soci_error);
            session.rollback();
            CHECK(session.execute("SELECT count(*) FROM items").scalar<int>() == 3);
        };
        int value = 0;
        std::string name;
        wrong([&](soci::session& sql) { sql << "SELEC 1", soci::into(value); });
        wrong([&](soci::session& sql) { sql << "SELECT nothing FROM items", soci::into(value); });
        wrong([&](soci::session& sql) { sql << "INSERT INTO items VALUES (1, 'again')"; });
        wrong([&](soci::session& sql) { sql << "SELECT name FROM items WHERE id = 3", soci::into(name); });
        wrong([&](soci::session& sql) {
            std::vector<int> none;
            sql << "INSERT INTO items (id) VALUES (:id)", soci::use(none);
        });
        const PoolStatus status = engine.pool().status();
        CHECK(status.opened == opened);
        CHECK(status.checked_out == 0);
        CHECK(status.checked_in == 1);
        CHECK(count_items(engine) == 3);
    });
}
