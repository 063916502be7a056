#include "dialect/mysql_fixture.hpp"

#include <sociable/errors/error.hpp>

using namespace sociable;
using namespace sociable::test;

namespace {

constexpr auto hundred = "SELECT seq, REPEAT('x', seq) FROM seq_1_to_100";

// Statements that were prepared and not closed. A failed prepare counts as well.
std::int64_t open_statements(MysqlConnected& db) {
    const auto count = [&](const std::string& name) {
        const Row row = db.row("SHOW SESSION STATUS LIKE '" + name + "'");
        return std::stoll(row.at(1).substr(5));
    };
    const auto prepared = count("Com_stmt_prepare");
    return prepared - count("Com_stmt_close");
}

}  // namespace

TEST_CASE("MariaDB: columns have their names, also without rows, and none are there without a result") {
    MysqlConnected db;
    db.driver->run("CREATE TEMPORARY TABLE t (id INT, name TEXT)");
    const auto select = db.prepare("SELECT id, name AS `the name`, 1 + 1 FROM t");
    select->execute({}, false);
    CHECK(select->columns() == std::vector<std::string>{"id", "the name", "1 + 1"});
    CHECK_FALSE(select->fetch());
    CHECK_FALSE(select->fetch());
    const auto insert = db.prepare("INSERT INTO t VALUES (1, 'a')");
    insert->execute({}, false);
    CHECK(insert->columns().empty());
    CHECK_FALSE(insert->fetch());
    CHECK_FALSE(insert->reads_only());
}

TEST_CASE("MariaDB: affected rows are those matched, also ones that did not change, and only of what writes") {
    MysqlConnected db;
    db.driver->run("CREATE TEMPORARY TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v INT)");
    const auto affected = [&](const std::string& sql) {
        const auto statement = db.prepare(sql);
        statement->execute({}, false);
        return statement->affected_rows();
    };
    CHECK(affected("INSERT INTO t (v) VALUES (1), (1), (2)") == 3);
    CHECK(affected("UPDATE t SET v = 1 WHERE v = 1") == 2);
    CHECK(affected("SELECT * FROM t") == 0);
    CHECK(affected("DELETE FROM t WHERE v = 2") == 1);
    CHECK(affected(" insert INTO t (v) VALUES (5), (6) RETURNING id") == 2);
    CHECK(affected("DELETE FROM t RETURNING id") == 4);
    CHECK(affected("CREATE TEMPORARY TABLE u (id INT)") == 0);
}

TEST_CASE("MariaDB: the last insert id is that of the statement, and nothing without one") {
    MysqlConnected db;
    db.driver->run("CREATE TEMPORARY TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v INT)");
    const auto insert = db.prepare("INSERT INTO t (v) VALUES (?)", 1);
    const ValueView values[] = {ValueView::int32(1)};
    for (int i = 1; i <= 2; ++i) {
        insert->execute(values, false);
        CHECK(insert->last_insert_id() == i);
    }
    const auto update = db.prepare("UPDATE t SET v = 2");
    update->execute({}, false);
    CHECK_FALSE(update->last_insert_id());
    const auto select = db.prepare("SELECT 1");
    select->execute({}, false);
    CHECK_FALSE(select->last_insert_id());
}

TEST_CASE("MariaDB: a stream gives every row in order, with values of growing length") {
    MysqlConnected db;
    for (const bool streaming : {false, true}) {
        const auto rows = db.rows("SELECT seq, REPEAT('x', seq * 100) FROM seq_1_to_100", {}, streaming);
        REQUIRE(rows.size() == 100);
        for (std::size_t i = 0; i < rows.size(); ++i)
            CHECK(rows[i] == Row{"int64 " + std::to_string(i + 1), "text " + std::string(100 * (i + 1), 'x')});
    }
}

TEST_CASE("MariaDB: a value of any length is whole, and so is the one behind it") {
    MysqlConnected db;
    for (const std::size_t size : {0, 1, 250, 251, 252, 65'535, 65'536, 1 << 24})
        for (const bool streaming : {false, true}) {
            CAPTURE(size);
            const auto rows =
                db.rows("SELECT REPEAT('x', " + std::to_string(size) + "), NULL, -7, 'behind'", {}, streaming);
            REQUIRE(rows.size() == 1);
            CHECK(rows[0].at(0).size() == std::string("text ").size() + size);
            CHECK(Row(rows[0].begin() + 1, rows[0].end()) == Row{"null", "int64 -7", "text behind"});
        }
}

TEST_CASE("MariaDB: a stream finished early leaves the connection free, and so does one read to its end") {
    MysqlConnected db;
    const auto stream = db.prepare(hundred);
    for (int i = 0; i < 3; ++i) {
        stream->execute({}, true);
        REQUIRE(stream->fetch());
        stream->finish();
        stream->finish();
        CHECK_FALSE(stream->fetch());
        CHECK(db.value("SELECT 1") == "int64 1");
    }
    stream->execute({}, true);
    while (stream->fetch()) {
    }
    CHECK(db.value("SELECT 2") == "int64 2");
    stream->execute({}, true);
    stream->execute({}, true);
    CHECK(rows_of(*stream).size() == 100);
}

TEST_CASE("MariaDB: while a stream runs, another statement is an InterfaceError and does the stream no harm") {
    MysqlConnected db;
    const auto stream = db.prepare(hundred);
    auto other = db.prepare("SELECT 1");
    auto stored = db.prepare("SELECT 7 UNION SELECT 8");
    stored->execute({}, false);
    stream->execute({}, true);
    REQUIRE(stream->fetch());
    CHECK(error_of([&] { other->execute({}, false); }).kind == ErrorKind::interface);
    CHECK(error_of([&] { db.prepare("SELECT 2"); }).kind == ErrorKind::interface);
    CHECK(error_of([&] { db.driver->run("DO 1"); }).kind == ErrorKind::interface);
    CHECK(error_of([&] { db.driver->ping(std::chrono::seconds(1)); }).kind == ErrorKind::interface);
    CHECK(error_of([&] { db.driver->reset_session(); }).native_code == 2014);
    CHECK(rows_of(*stored) == std::vector<Row>{{"int64 7"}, {"int64 8"}});
    other.reset();
    stored.reset();
    std::size_t rows = 1;
    while (stream->fetch()) ++rows;
    CHECK(rows == 100);
    CHECK(open_statements(db) == 1);  // the stream's
}

TEST_CASE("MariaDB: two buffered results are read side by side") {
    MysqlConnected db;
    const auto first = db.prepare(hundred);
    const auto second = db.prepare(hundred);
    first->execute({}, false);
    REQUIRE(first->fetch());
    second->execute({}, false);
    for (int i = 0; i < 99; ++i) {
        REQUIRE(second->fetch());
        REQUIRE(first->fetch());
        CHECK(first->cell(0).as_int64() == second->cell(0).as_int64() + 1);
    }
    CHECK_FALSE(first->fetch());
    CHECK(second->fetch());
}

TEST_CASE("MariaDB: a statement is executed again after errors, empty results and other values") {
    MysqlConnected db;
    db.driver->run("CREATE TEMPORARY TABLE t (id INT PRIMARY KEY)");
    const auto insert = db.prepare("INSERT INTO t VALUES (?)", 1);
    const auto select = db.prepare("SELECT id FROM t WHERE id > ?", 1);
    const auto run = [&](dialect::Statement& statement, const ValueView& value) {
        statement.execute({&value, 1}, false);
        return rows_of(statement).size();
    };
    CHECK(run(*select, ValueView::int32(0)) == 0);
    run(*insert, ValueView::int32(1));
    CHECK_THROWS_AS(run(*insert, ValueView::int32(1)), UniqueViolation);
    run(*insert, ValueView::text("2"));
    CHECK_THROWS_AS(run(*insert, ValueView::null()), NotNullViolation);
    run(*insert, ValueView::int64(3));
    CHECK(run(*select, ValueView::int32(0)) == 3);
    CHECK(run(*select, ValueView::float64(2.5)) == 1);
    CHECK(run(*select, ValueView::null()) == 0);
    CHECK(run(*select, ValueView::int32(0)) == 3);
}

TEST_CASE("MariaDB: a prepared statement follows the columns of a table that has changed") {
    MysqlConnected db;
    const std::string table = unique_name("altered");
    db.driver->run("CREATE OR REPLACE TABLE " + table + " (a INT)");
    db.driver->run("INSERT INTO " + table + " VALUES (1)");
    const auto select = db.prepare("SELECT * FROM " + table);
    const auto read = [&](bool streaming) {
        select->execute({}, streaming);
        auto rows = rows_of(*select);
        rows.insert(rows.begin(), select->columns());
        return rows;
    };
    CHECK(read(false) == std::vector<Row>{{"a"}, {"int64 1"}});
    db.driver->run("ALTER TABLE " + table + " CHANGE a b TEXT");
    CHECK(read(false) == std::vector<Row>{{"b"}, {"text 1"}});
    db.driver->run("ALTER TABLE " + table + " ADD c DOUBLE DEFAULT 2");
    CHECK(read(true) == std::vector<Row>{{"b", "c"}, {"text 1", "float64 2.000000"}});
    CHECK(read(false) == std::vector<Row>{{"b", "c"}, {"text 1", "float64 2.000000"}});
    db.driver->run("ALTER TABLE " + table + " DROP b");
    CHECK(read(false) == std::vector<Row>{{"c"}, {"float64 2.000000"}});
    CHECK(read(true) == std::vector<Row>{{"c"}, {"float64 2.000000"}});
    db.driver->run("DROP TABLE " + table);
}

TEST_CASE("MariaDB: CALL gives its first result, and the connection stays in step") {
    MysqlConnected db;
    const std::string name = unique_name("p");
    const auto define = [&](const std::string& body) { db.driver->run("CREATE OR REPLACE PROCEDURE " + name + body); };
    for (const bool streaming : {false, true}) {
        define("() BEGIN SELECT 1; SELECT 2, 3 UNION SELECT 4, 5; SELECT 'end'; END");
        CHECK(db.rows("CALL " + name + "()", {}, streaming) == std::vector<Row>{{"int64 1"}});
        CHECK(db.value("SELECT 7") == "int64 7");
        const auto unread = db.prepare("CALL " + name + "()");
        unread->execute({}, streaming);
        unread->finish();
        CHECK(db.value("SELECT 8") == "int64 8");
        unread->execute({}, streaming);
        CHECK(rows_of(*unread).size() == 1);
        define("(OUT o INT) BEGIN SET o = 5; SELECT 6; END");
        CHECK(db.rows("CALL " + name + "(?)", {ValueView::null()}, streaming) == std::vector<Row>{{"int64 6"}});
        CHECK(db.value("SELECT 9") == "int64 9");
        define("() BEGIN DO 1; END");
        CHECK(db.rows("CALL " + name + "()", {}, streaming).empty());
        CHECK(db.value("SELECT 10") == "int64 10");
        define("() BEGIN SELECT 1; SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'late'; END");
        CHECK(error_of([&] { db.rows("CALL " + name + "()", {}, streaming); }).message == "late");
        CHECK(db.value("SELECT 11") == "int64 11");
    }
    define("() BEGIN SELECT 1; SELECT 2; END");
    db.driver->run("CALL " + name + "()");
    CHECK(db.value("SELECT 12") == "int64 12");
    db.driver->run("DROP PROCEDURE " + name);
}

TEST_CASE("MariaDB: what it does not prepare is sent as text, with its rows") {
    MysqlConnected db;
    db.rows(
        "PREPARE p FROM 'SELECT 1, -2, 18446744073709551615, 1.5e0, NULL, ''a'', x''00'', b''101'', 2.50, NOW(6) > 0'");
    const auto execute = db.prepare("EXECUTE p");
    for (const bool streaming : {false, true}) {
        execute->execute({}, streaming);
        REQUIRE(execute->fetch());
        CHECK(show(execute->cell(0)) == "int64 1");
        CHECK(show(execute->cell(1)) == "int64 -2");
        CHECK(show(execute->cell(2)) == "uint64 18446744073709551615");
        CHECK(show(execute->cell(3)) == "float64 1.500000");
        CHECK(show(execute->cell(4)) == "null");
        CHECK(show(execute->cell(5)) == "text a");
        CHECK(show(execute->cell(6)) == std::string("blob \0", 6));
        CHECK(show(execute->cell(8)) == "text 2.50");
        CHECK_FALSE(execute->fetch());
        CHECK(execute->columns().size() == 10);
        CHECK_FALSE(execute->reads_only());
    }
    db.driver->run("CREATE TEMPORARY TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, b BIT(8))");
    db.rows("PREPARE p FROM 'INSERT INTO t (b) VALUES (3)'");
    execute->execute({}, false);
    CHECK(execute->columns().empty());
    CHECK(execute->affected_rows() == 1);
    CHECK(execute->last_insert_id() == 1);
    db.rows("PREPARE p FROM 'SELECT b FROM t'");
    CHECK(db.value("EXECUTE p") == "int64 3");
    CHECK(error_of([&] { db.rows("EXECUTE nothing"); }).native_code == 1243);
    CHECK(error_of([&] { db.prepare("EXECUTE p USING ?", 1); }).kind == ErrorKind::not_supported);
}

TEST_CASE("MariaDB: a server may not ask for files unless the URL allows it") {
    MysqlConnected db;
    db.driver->run("CREATE TEMPORARY TABLE t (line TEXT)");
    CHECK_THROWS_AS(db.rows("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE t"), DatabaseError);
    CHECK(db.value("SELECT COUNT(*) FROM t") == "int64 0");
    MysqlConnected allowed(mysql_url().with_query("local_infile", "1"));
    allowed.driver->run("CREATE TEMPORARY TABLE t (line TEXT)");
    allowed.rows("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE t");
    CHECK(allowed.value("SELECT COUNT(*) FROM t") == "int64 1");
}

TEST_CASE("MariaDB: a wrong number of placeholders or values is an ArgumentError before anything is run") {
    MysqlConnected db;
    CHECK_THROWS_WITH_AS(db.prepare("SELECT ?", 2),
                         "the statement has 1 placeholders for MariaDB, but 2 parameters were found in it",
                         ArgumentError);
    const auto statement = db.prepare("SELECT ?", 1);
    CHECK_THROWS_WITH_AS(statement->execute({}, false), "the statement takes 1 values, not 0", ArgumentError);
}

TEST_CASE("MariaDB: statements leave nothing prepared behind on the server, whatever became of them") {
    MysqlConnected db;
    for (int i = 0; i < 10; ++i) {
        db.value("SELECT 1");
        db.rows(hundred, {}, true);
        CHECK_THROWS_AS(db.prepare("SELECT ?", 2), ArgumentError);
        const auto unread = db.prepare(hundred);
        unread->execute({}, i % 2 == 0);
        unread->fetch();
    }
    CHECK(open_statements(db) == 0);
}

TEST_CASE("MariaDB: several statements at once are a syntax error") {
    MysqlConnected db;
    CHECK(error_of([&] { db.prepare("SELECT 1; SELECT 2"); }).native_code == 1064);
    CHECK(error_of([&] { db.driver->run("DO 1; DO 2"); }).native_code == 1064);
    CHECK(db.value("SELECT 3;") == "int64 3");
}
