#include "dialect/mysql_fixture.hpp"

#include "dialect/mysql_errors.hpp"

using namespace sociable;
using namespace sociable::test;

TEST_CASE("MariaDB: each provoked error has its kind, number and SQLSTATE") {
    MysqlConnected db;
    const std::string parent = unique_name("parent");
    const std::string child = unique_name("child");
    db.driver->run("CREATE OR REPLACE TABLE " + parent + " (id INT PRIMARY KEY) ENGINE = InnoDB");
    db.driver->run("CREATE OR REPLACE TABLE " + child +
                   " (id INT PRIMARY KEY, name VARCHAR(3) NOT NULL, small TINYINT CHECK (small > 0), day DATE, "
                   "parent INT, FOREIGN KEY (parent) REFERENCES " +
                   parent + " (id)) ENGINE = InnoDB");
    db.driver->run("INSERT INTO " + parent + " VALUES (1)");
    db.driver->run("INSERT INTO " + child + " VALUES (1, 'a', 1, NULL, 1)");
    const std::string insert = "INSERT INTO " + child;
    struct Case {
        std::string sql;
        ErrorKind kind;
        int number;
        std::string sqlstate;
    };
    const Case cases[] = {
        {insert + " VALUES (1, 'a', 1, NULL, NULL)", ErrorKind::unique, 1062, "23000"},
        {insert + " VALUES (2, 'a', 1, NULL, 9)", ErrorKind::foreign_key, 1452, "23000"},
        {"DELETE FROM " + parent, ErrorKind::foreign_key, 1451, "23000"},
        {insert + " VALUES (2, NULL, 1, NULL, NULL)", ErrorKind::not_null, 1048, "23000"},
        {insert + " (id) VALUES (2)", ErrorKind::not_null, 1364, "HY000"},
        {insert + " VALUES (2, 'a', 0, NULL, NULL)", ErrorKind::check, 4025, "23000"},
        {insert + " VALUES (2, 'abcd', 1, NULL, NULL)", ErrorKind::data, 1406, "22001"},
        {insert + " VALUES (2, 'a', 128, NULL, NULL)", ErrorKind::data, 1264, "22003"},
        {insert + " VALUES (2, 'a', 'x', NULL, NULL)", ErrorKind::data, 1366, "22007"},
        {insert + " VALUES (2, 'a', 1, '2024-02-30', NULL)", ErrorKind::data, 1292, "22007"},
        {"SELECT 9223372036854775807 + 1", ErrorKind::data, 1690, "22003"},
        {"SELEC 1", ErrorKind::programming, 1064, "42000"},
        {"SELECT * FROM no_such_table", ErrorKind::programming, 1146, "42S02"},
        {"SELECT no_such_column FROM " + parent, ErrorKind::programming, 1054, "42S22"},
        {"SELECT no_such_function()", ErrorKind::programming, 1305, "42000"},
        {"CREATE TABLE " + parent + " (id INT)", ErrorKind::programming, 1050, "42S01"},
        {"INSERT INTO " + parent + " VALUES (1, 2)", ErrorKind::programming, 1136, "21S01"},
        {"SELECT (SELECT id FROM " + parent + " UNION SELECT 2)", ErrorKind::programming, 1242, "21000"},
        {"USE no_such_database", ErrorKind::operational, 1049, "42000"},
        {"CREATE TEMPORARY TABLE x (id INT) ENGINE = NoSuchEngine", ErrorKind::not_supported, 1286, "42000"},
        {"SELECT * FROM " + parent + " WHERE id IN (SELECT id FROM " + parent + " LIMIT 1)", ErrorKind::not_supported,
         1235, "42000"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.sql);
        const auto error = error_of([&] { db.rows(c.sql); });
        CHECK(error.native_code == c.number);
        CHECK(error.kind == c.kind);
        CHECK(error.sqlstate == c.sqlstate);
        CHECK_FALSE(error.is_disconnect);
        CHECK_FALSE(error.is_retryable);
    }
    db.driver->run("DROP TABLE " + child + ", " + parent);
}

TEST_CASE("MariaDB: a missing privilege is a ProgrammingError") {
    MysqlConnected root;
    const std::string user = unique_name("poor");
    const std::string table = unique_name("secret");
    root.driver->run("CREATE OR REPLACE TABLE " + table + " (id INT)");
    root.driver->run("CREATE OR REPLACE USER " + user + " IDENTIFIED BY 'x'");
    {
        MysqlConnected db(mysql_url().with_user(user).with_password("x").with_database("information_schema"));
        const std::string database = mysql_url().database();
        CHECK(error_of([&] { db.rows("SELECT * FROM " + database + "." + table); }).kind == ErrorKind::programming);
        CHECK(error_of([&] { db.rows("USE " + database); }).kind == ErrorKind::operational);
    }
    root.driver->run("DROP USER " + user);
    root.driver->run("DROP TABLE " + table);
}

TEST_CASE("MariaDB: a lock that is not given in time is retryable") {
    MysqlConnected holder;
    MysqlConnected db;
    const std::string table = unique_name("locked");
    holder.driver->run("CREATE OR REPLACE TABLE " + table + " (id INT PRIMARY KEY) ENGINE = InnoDB");
    holder.driver->run("INSERT INTO " + table + " VALUES (1)");
    holder.driver->begin({}, true);
    holder.value("SELECT id FROM " + table + " FOR UPDATE");
    db.driver->begin({}, true);
    const auto error = error_of([&] { db.rows("SELECT id FROM " + table + " FOR UPDATE NOWAIT"); });
    CHECK(error.native_code == 1205);
    CHECK(error.is_retryable);
    CHECK_FALSE(error.is_disconnect);
    CHECK(db.driver->transaction_state() == dialect::TransactionState::active);
    db.driver->rollback();
    holder.driver->rollback();
    holder.driver->run("DROP TABLE " + table);
}

TEST_CASE("MariaDB: an error tells no value that was bound") {
    MysqlConnected db;
    db.driver->run("CREATE TEMPORARY TABLE t (email VARCHAR(100) PRIMARY KEY)");
    const auto insert = [&] { db.rows("INSERT INTO t VALUES (?)", {ValueView::text("ada@example.org")}); };
    insert();
    const auto error = error_of(insert);
    CHECK(error.kind == ErrorKind::unique);
    CHECK(error.message == "Duplicate entry '***' for key 'PRIMARY'");
}

TEST_CASE("MariaDB: an error of a server that takes no writes is told from others of the same number") {
    MysqlConnected db;
    const auto tells = [&](int number, const char* message) {
        return db.driver->tells_of_replica(
            {.kind = ErrorKind::operational, .message = message, .sqlstate = "HY000", .native_code = number});
    };
    CHECK(tells(1836, "Running in read-only mode"));
    CHECK(tells(1836, ""));  // the number says all
    const std::string running = "The MariaDB server is running with the ";
    for (const char* option : {"--read-only", "--super-read-only", "--read_only=1", "read_only"})
        CHECK(tells(1290, (running + option + " option so it cannot execute this statement").c_str()));
    for (const char* option : {"--secure-file-priv", "--skip-grant-tables", "--skip-networking"})
        CHECK_FALSE(tells(1290, (running + option + " option so it cannot execute this statement").c_str()));
    // A transaction that was begun so, and a table that is: the server itself takes writes.
    CHECK_FALSE(tells(1792, "Cannot execute statement in a READ ONLY transaction"));
    CHECK_FALSE(tells(1036, "Table 'items' is read only"));
}

TEST_CASE("MariaDB: numbers that can't be provoked here are told apart as well") {
    using dialect::describe_mysql_error;
    for (const unsigned number : {2002U, 2003U, 2006U, 2013U, 2055U, 1927U, 1053U, 1152U, 1158U, 1161U, 1047U, 4031U})
        CHECK(describe_mysql_error(number, "HY000", "gone").info.is_disconnect);
    CHECK_FALSE(describe_mysql_error(1040, "", "Too many connections").info.is_disconnect);
    CHECK(describe_mysql_error(1040, "", "Too many connections").info.sqlstate == "08004");
    CHECK(describe_mysql_error(1698, "", "").info.sqlstate == "28000");
    CHECK(describe_mysql_error(1020, "HY000", "").rolled_back);
    CHECK_FALSE(describe_mysql_error(1205, "HY000", "").rolled_back);
    CHECK(describe_mysql_error(9999, "23000", "").info.kind == ErrorKind::integrity);
    CHECK(describe_mysql_error(9999, "22012", "").info.kind == ErrorKind::data);
    CHECK(describe_mysql_error(9999, "0A000", "").info.kind == ErrorKind::not_supported);
    CHECK(describe_mysql_error(9999, "HY000", "").info.kind == ErrorKind::operational);
    const auto rolled_back = describe_mysql_error(9999, "40000", "");
    CHECK(rolled_back.rolled_back);
    CHECK(rolled_back.info.is_retryable);
    CHECK(describe_mysql_error(1153, "08S01", "").info.kind == ErrorKind::data);
    CHECK(describe_mysql_error(2014, "HY000", "").info.kind == ErrorKind::interface);
}
