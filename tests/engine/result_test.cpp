#include "support/database.hpp"
#include "support/series.hpp"
#include "support/thrown.hpp"

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace sociable;
using namespace sociable::test;

namespace {

struct Person {
    std::int64_t id = 0;
    std::string name;
    std::optional<std::string> email;
    double score = 0;
    bool operator==(const Person&) const = default;
};
BOOST_DESCRIBE_STRUCT(Person, (), (id, name, email, score))

struct Named {
    std::string name;
};
BOOST_DESCRIBE_STRUCT(Named, (), (name))

struct Keyed {
    int id = 0;
};
BOOST_DESCRIBE_STRUCT(Keyed, (), (id))

struct Derived : Keyed {
    std::string name;
};
BOOST_DESCRIBE_STRUCT(Derived, (Keyed), (name))

const std::vector<Person> people{
    {1, "ada", "ada@example.org", 1.5}, {2, "grace", std::nullopt, -2.25}, {3, "", "", 1e300}};

const std::string insert_person = "INSERT INTO people (id, name, email, score) VALUES (:id, :name, :email, :score)";
const std::string select_people = "SELECT id, name, email, score FROM people ORDER BY id";

Connection with_people(Engine& engine) {
    Connection c = engine.connect();
    c.execute(
        "CREATE TABLE people (id bigint PRIMARY KEY, name varchar(100) NOT NULL, email varchar(100), "
        "score double precision NOT NULL)");
    c.execute_many(insert_person, people);
    c.commit();
    return c;
}

std::string key_column(Kind kind) {
    switch (kind) {
        case Kind::sqlite: return "id integer PRIMARY KEY AUTOINCREMENT";
        case Kind::postgresql: return "id bigserial PRIMARY KEY";
        case Kind::mysql: return "id bigint PRIMARY KEY AUTO_INCREMENT";
    }
    return {};
}

/// A statement that gives rows and fails at the last one.
std::string failing_at(Kind kind, int last) {
    const std::string n = std::to_string(last);
    switch (kind) {
        case Kind::sqlite:
            return series(kind, last, "CASE i WHEN " + n + " THEN abs(-9223372036854775807 - 1) ELSE i END");
        case Kind::postgresql: return series(kind, last, "1 / (i - " + n + ")");
        case Kind::mysql: return series(kind, last, "9223372036854775807 + (i = " + n + ")");
    }
    return {};
}

}  // namespace

TEST_CASE("Rows are read as structs, by their columns' names whatever the order") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_people(engine);
        CHECK(c.execute(select_people).all<Person>() == people);
        CHECK(c.execute("SELECT score, email, id, 7 AS spare, name FROM people ORDER BY id").all<Person>() == people);
        CHECK(c.execute(select_people).first<Named>()->name == "ada");
        const auto derived = c.execute("SELECT name, id FROM people WHERE id = 2").one<Derived>();
        CHECK(derived.id == 2);
        CHECK(derived.name == "grace");
        CHECK(c.execute("SELECT id, name, email, score FROM people WHERE id < 0").all<Person>().empty());
    });
}

TEST_CASE("Rows are read as tuples, pairs, arrays, single values and optionals") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_people(engine);
        using Pair = std::tuple<int, std::optional<std::string>>;
        CHECK(c.execute("SELECT id, email FROM people ORDER BY id").all<Pair>() ==
              std::vector<Pair>{{1, "ada@example.org"}, {2, std::nullopt}, {3, ""}});
        CHECK(c.execute("SELECT id, name FROM people WHERE id = 1").one<std::pair<int, std::string>>().second == "ada");
        CHECK(c.execute("SELECT 1, 2, 3").one<std::array<int, 3>>() == std::array<int, 3>{1, 2, 3});
        CHECK(c.execute("SELECT id FROM people ORDER BY id").all<int>() == std::vector<int>{1, 2, 3});
        CHECK(c.execute("SELECT email FROM people ORDER BY id").all<std::optional<std::string>>() ==
              std::vector<std::optional<std::string>>{"ada@example.org", std::nullopt, ""});
        CHECK(c.execute("SELECT name FROM people WHERE id = :id", {{"id", 2}}).all<std::tuple<std::string>>() ==
              std::vector<std::tuple<std::string>>{{"grace"}});
    });
}

TEST_CASE("rows() in a loop over a temporary result gives every row once") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_people(engine);
        std::vector<std::string> seen;
        for (const auto& [id, name] : c.execute("SELECT id, name FROM people ORDER BY id").rows<int, std::string>())
            seen.push_back(std::to_string(id) + name);
        CHECK(seen == std::vector<std::string>{"1ada", "2grace", "3"});

        std::vector<Person> structs;
        for (const Person& person : c.execute(select_people).rows<Person>()) structs.push_back(person);
        CHECK(structs == people);

        int sum = 0;
        for (const int id : c.stream("SELECT id FROM people").rows<int>()) sum += id;
        CHECK(sum == 6);
        for (const int id : c.execute("SELECT id FROM people WHERE id > 99").rows<int>()) FAIL("a row: " << id);
    });
}

TEST_CASE("A loop that is left early leaves the connection usable") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_people(engine);
        for (const int id : c.stream("SELECT id FROM people ORDER BY id").rows<int>()) {
            CHECK(id == 1);
            break;
        }
        CHECK(c.execute("SELECT count(*) FROM people").scalar<int>() == 3);
        CHECK_THROWS_AS(
            [&] {
                for (const int id : c.stream("SELECT id FROM people").rows<int>()) throw id;
            }(),
            int);
        CHECK(c.execute("SELECT count(*) FROM people").scalar<int>() == 3);
    });
}

TEST_CASE("A row's columns are asked for by name or position at run time") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_people(engine);
        std::vector<Row> kept;
        for (const Row& row : c.execute(select_people)) kept.push_back(row);
        c.execute("DELETE FROM people");
        c.close();
        REQUIRE(kept.size() == 3);
        CHECK(kept[0].columns() == std::vector<std::string>{"id", "name", "email", "score"});
        CHECK(kept[0].size() == 4);
        CHECK(kept[0].get<std::int64_t>("id") == 1);
        CHECK(kept[0].get<std::string>(1) == "ada");
        CHECK(kept[1].is_null("email"));
        CHECK(kept[1].get<std::optional<std::string>>("email") == std::nullopt);
        CHECK(kept[1].get<double>("score") == -2.25);
        CHECK_FALSE(kept[2].is_null("email"));
        CHECK(kept[2].get<std::string>("email").empty());
        CHECK(kept[2]["name"].kind() == ValueView::Kind::text);
        CHECK(to_string(kept[0]["name"]) + ' ' + to_string(kept[0]["score"]) == "ada 1.5");

        CHECK(contains(text_of<NoSuchColumnError>([&] { kept[0].get<int>("nam"); }), "'nam'"));
        CHECK(contains(text_of<NoSuchColumnError>([&] { kept[0].get<int>("nam"); }), "id, name, email, score"));
        CHECK(contains(text_of<NoSuchColumnError>([&] { kept[0].get<int>(4); }), "has 4"));
        CHECK(contains(text_of<DataError>([&] { kept[1].get<std::string>("email"); }), "column 'email'"));
        CHECK(contains(text_of<DataError>([&] { kept[0].get<int>(1); }), "column 'name'"));
    });
}

TEST_CASE("all() without a type gives rows that outlive the result and the connection") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        const std::vector<Row> rows = with_people(engine).execute(select_people).all();
        REQUIRE(rows.size() == 3);
        CHECK(rows[2].get<double>("score") == 1e300);
    });
}

TEST_CASE("one, one_or_none, first, scalar and scalars tell none, one and many apart") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_people(engine);
        const auto ids = [&](const std::string& where) {
            return c.execute("SELECT id FROM people WHERE " + where + " ORDER BY id");
        };
        CHECK(ids("id = 2").one<int>() == 2);
        CHECK_THROWS_AS(ids("id = 9").one<int>(), NoResultFound);
        CHECK_THROWS_AS(ids("id > 1").one<int>(), MultipleResultsFound);

        CHECK(ids("id = 2").one_or_none<int>() == 2);
        CHECK(ids("id = 9").one_or_none<int>() == std::nullopt);
        CHECK_THROWS_AS(ids("id > 1").one_or_none<int>(), MultipleResultsFound);

        CHECK(ids("id > 1").first<int>() == 2);
        CHECK(ids("id = 9").first<int>() == std::nullopt);

        CHECK(ids("id > 1").scalar<int>() == 2);
        CHECK_THROWS_AS(ids("id = 9").scalar<int>(), NoResultFound);
        CHECK(ids("id = 9").scalar<std::optional<int>>() == std::nullopt);
        CHECK(c.execute(select_people).scalar<int>() == 1);
        CHECK(c.execute("SELECT email FROM people WHERE id = 2").scalar<std::optional<std::string>>() == std::nullopt);

        CHECK(ids("id > 1").scalars<int>() == std::vector<int>{2, 3});
        CHECK(c.execute(select_people).scalars<int>() == std::vector<int>{1, 2, 3});
        CHECK(ids("id = 9").scalars<int>().empty());
        CHECK(c.execute(select_people).first<Person>() == people[0]);
    });
}

TEST_CASE("affected_rows tells how many rows a statement matched") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_people(engine);
        CHECK(c.execute(insert_person, Person{4, "d", "e", 0}).affected_rows() == 1);
        CHECK(c.execute("UPDATE people SET email = 'x' WHERE id > 1").affected_rows() == 3);
        CHECK(c.execute("UPDATE people SET email = 'x' WHERE id > 1").affected_rows() == 3);
        CHECK(c.execute("UPDATE people SET email = 'x' WHERE id > 99").affected_rows() == 0);
        CHECK(c.execute("DELETE FROM people WHERE id <= 2").affected_rows() == 2);
        CHECK(c.execute("CREATE TABLE other (id integer)").affected_rows() == 0);
        CHECK(c.execute("DELETE FROM people").columns().empty());
    });
}

TEST_CASE("last_insert_id is the generated key, and RETURNING gives it on every database") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        c.execute("CREATE TABLE keyed (" + key_column(db.kind()) + ", name varchar(10))");
        const auto insert = [&] { return c.execute("INSERT INTO keyed (name) VALUES (:name)", {{"name", "a"}}); };
        const bool tells = db.kind() != Kind::postgresql;
        CHECK(insert().last_insert_id() == (tells ? std::optional<std::int64_t>(1) : std::nullopt));
        CHECK(insert().last_insert_id() == (tells ? std::optional<std::int64_t>(2) : std::nullopt));
        CHECK(c.execute("UPDATE keyed SET name = 'b'").last_insert_id() == std::nullopt);
        CHECK(c.execute("SELECT id FROM keyed").last_insert_id() == std::nullopt);
        CHECK(c.execute("INSERT INTO keyed (name) VALUES (:name) RETURNING id", {{"name", "c"}}).scalar<int>() == 3);
        CHECK(c.execute("SELECT count(*) FROM keyed").scalar<int>() == 3);
    });
}

TEST_CASE("execute_many runs a statement for each struct or row of parameters and counts the rows") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_people(engine);
        const std::string update = "UPDATE people SET name = :name WHERE id >= :id";
        CHECK(c.execute_many(update, {{{"id", 1}, {"name", "x"}}, {{"id", 3}, {"name", "y"}}}) == 4);
        CHECK(c.execute("SELECT name FROM people ORDER BY id").all<std::string>() ==
              std::vector<std::string>{"x", "x", "y"});
        const std::vector<std::vector<Parameter>> rows{{{"id", 9}}, {{"id", 1}}, {{"id", 2}}};
        CHECK(c.execute_many("DELETE FROM people WHERE id = :id", rows) == 2);
        CHECK(c.execute_many(insert_person, std::vector<Person>{}) == 0);
        CHECK(c.execute("SELECT id FROM people").all<int>() == std::vector<int>{3});
    });
}

TEST_CASE("An error in execute_many tells the index of its row, and rollback undoes those before") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_people(engine);
        const std::vector<Person> rows{{10, "j", {}, 0}, {11, "k", {}, 0}, {2, "duplicate", {}, 0}};
        const auto error = thrown<UniqueViolation>([&] { c.execute_many(insert_person, rows); });
        CHECK(contains(error.what(), "row 2"));
        CHECK(error.statement() == insert_person);
        CHECK_FALSE(contains(error.what(), "duplicate '"));
        c.rollback();
        CHECK(c.execute("SELECT count(*) FROM people").scalar<int>() == 3);
        CHECK(contains(text_of<ArgumentError>([&] {
                           c.execute_many("DELETE FROM people WHERE id = :id", {{{"id", 1}}, {{"key", 2}}});
                       }),
                       "row 1"));
        c.rollback();
        CHECK(c.execute("SELECT count(*) FROM people").scalar<int>() == 3);
    });
}

TEST_CASE("A result that is half read goes on after other statements of its connection") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_people(engine);
        for (const bool streaming : {false, true}) {
            CAPTURE(streaming);
            const std::string sql = "SELECT id, name FROM people ORDER BY id";
            auto rows = (streaming ? c.stream(sql) : c.execute(sql)).rows<int, std::string>();
            auto row = rows.begin();
            CHECK(std::get<0>(*row) == 1);
            CHECK(c.execute("UPDATE people SET name = 'later'").affected_rows() == 3);
            CHECK(c.execute("SELECT count(*) FROM people WHERE name = 'later'").scalar<int>() == 3);
            CHECK(std::get<1>(*row) == "ada");
            ++row;
            CHECK(std::get<1>(*row) == "grace");
            auto other = c.stream(sql).rows<int, std::string>();
            CHECK(std::get<1>(*other.begin()) == "later");
            ++row;
            CHECK(std::get<0>(*row) == 3);
            CHECK(std::get<1>(*row).empty());
            ++row;
            CHECK(row == rows.end());
            c.rollback();
        }
    });
}

TEST_CASE("The same statement may run again while its result is half read") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_people(engine);
        const std::string sql = "SELECT id FROM people WHERE id >= :from ORDER BY id";
        Result first = c.stream(sql, {{"from", 1}});
        auto rows = first.rows<int>();
        auto row = rows.begin();
        CHECK(c.stream(sql, {{"from", 2}}).all<int>() == std::vector<int>{2, 3});
        ++row;
        CHECK(*row == 2);
    });
}

TEST_CASE("A result whose connection was closed before it was read is a ResourceClosedError") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        for (const bool streaming : {false, true}) {
            CAPTURE(streaming);
            Connection c = engine.connect();
            const std::string sql = series(db.kind(), 3, "0");
            Result result = streaming ? c.stream(sql) : c.execute(sql);
            auto rows = result.rows<int, int>();
            auto row = rows.begin();
            c.close();
            CHECK_THROWS_AS(++row, ResourceClosedError);
            CHECK_THROWS_AS(result.all(), ResourceClosedError);
            CHECK(result.columns().size() == 2);
        }
        CHECK(engine.pool().status().checked_out == 0);
    });
}

TEST_CASE("A result that was read to its end, or loaded, outlives its connection") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        Result loaded = c.execute(series(db.kind(), 3, "0"));
        Result result = c.execute("SELECT 1 AS one");
        CHECK(result.all<int>() == std::vector<int>{1});
        c.close();
        CHECK(result.all<int>().empty());
        CHECK(result.columns() == std::vector<std::string>{"one"});
        CHECK(loaded.scalars<int>() == std::vector<int>{1, 2, 3});
        CHECK(result.affected_rows() >= 0);
    });
}

TEST_CASE("A closed result gives no more rows and its connection goes on") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        Result result = c.stream(series(db.kind(), 1000, "0"));
        auto rows = result.rows<int, int>();
        auto row = rows.begin();
        CHECK(std::get<0>(*row) == 1);
        result.close();
        result.close();
        ++row;
        CHECK(row == rows.end());
        CHECK(result.all().empty());
        CHECK(c.execute("SELECT 1").scalar<int>() == 1);
    });
}

TEST_CASE("The first rows of a stream are there before the last ones are made") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        const std::string sql = failing_at(db.kind(), 200'000);
        auto rows = c.stream(sql).rows<std::int64_t, std::int64_t>();
        auto row = rows.begin();
        CHECK(std::get<0>(*row) == 1);
        const auto error = thrown<DataError>([&] {
            while (row != rows.end()) ++row;
        });
        CHECK(error.statement() == sql);
        c.rollback();
        CHECK(c.execute("SELECT 1").scalar<int>() == 1);
    });
}

TEST_CASE("A stream that fails while another statement loads its rest makes that statement fail") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        // Where PostgreSQL has no cursor, which other statements need not load.
        if (db.kind() == Kind::postgresql) c.set_isolation_level(IsolationLevel::autocommit);
        const std::string sql = failing_at(db.kind(), 5000);
        auto rows = c.stream(sql).rows<std::int64_t, std::int64_t>();
        auto row = rows.begin();
        CHECK(thrown<DataError>([&] { c.execute("SELECT 1"); }).statement() == sql);
        CHECK_THROWS_AS(++row, ResourceClosedError);
        c.rollback();
        CHECK(c.execute("SELECT 1").scalar<int>() == 1);
    });
}

TEST_CASE("A column that is missing is a NoSuchColumnError that lists those there are") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_people(engine);
        Result result = c.execute("SELECT id, name FROM people ORDER BY id");
        const std::string text = text_of<NoSuchColumnError>([&] { result.all<Person>(); });
        CHECK(contains(text, "'email'"));
        CHECK(contains(text, "id, name"));
        CHECK(result.all<Derived>().size() == 3);
    });
}

TEST_CASE("A column that is there twice can't be read by its name") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        const std::string sql = "SELECT 1 AS id, 2 AS id, 'a' AS name";
        const std::string text = text_of<NoSuchColumnError>([&] { c.execute(sql).all<Keyed>(); });
        CHECK(contains(text, "more than once: id, id, name"));
        const std::vector<Row> rows = c.execute(sql).all();
        CHECK(contains(text_of<NoSuchColumnError>([&] { rows.at(0).get<int>("id"); }), "more than once"));
        CHECK(rows.at(0).get<int>(1) == 2);
        CHECK(c.execute(sql).one<std::tuple<int, int, std::string>>() == std::tuple<int, int, std::string>{1, 2, "a"});
        CHECK(c.execute(sql).one<Named>().name == "a");
    });
}

TEST_CASE("A tuple or a value for another number of columns is an InvalidRequestError that tells both") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        const auto result = [&] { return c.execute("SELECT 1 AS a, 2 AS b, 3 AS c"); };
        const std::string text = text_of<InvalidRequestError>([&] { result().all<std::tuple<int, int>>(); });
        CHECK(contains(text, "3 columns (a, b, c)"));
        CHECK(contains(text, "2 were asked for"));
        CHECK_THROWS_AS(result().all<int>(), InvalidRequestError);
        CHECK_THROWS_AS(result().rows<int>(), InvalidRequestError);
        CHECK_THROWS_AS((result().rows<int, int, int, int>()), InvalidRequestError);
    });
}

TEST_CASE("Reading rows of a statement that gives none is an InvalidRequestError") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = with_people(engine);
        Result result = c.execute("DELETE FROM people");
        CHECK(contains(text_of<InvalidRequestError>([&] { result.all<int>(); }), "affected_rows()"));
        CHECK_THROWS_AS(result.scalar<int>(), InvalidRequestError);
        CHECK_THROWS_AS(result.rows<Person>(), InvalidRequestError);
        CHECK_THROWS_AS(result.begin(), InvalidRequestError);
        CHECK(result.affected_rows() == 3);
    });
}
