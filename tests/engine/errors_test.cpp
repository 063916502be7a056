#include "support/database.hpp"
#include "support/thrown.hpp"

#include <doctest/doctest.h>

#include <array>
#include <barrier>
#include <functional>
#include <iomanip>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

const std::string secret = "secret-4711";

struct Expected {
    std::string kind;  ///< the class, as what() begins
    std::string sqlstate;
    int native_code = 0;
};

/// A row of the table for each error that was provoked, printed at the end.
class Table {
public:
    explicit Table(Kind kind) {
        text_ << '\n'
              << std::left << std::setw(24) << to_string(kind) << std::setw(22) << "class" << std::setw(10)
              << "SQLSTATE" << std::setw(8) << "code" << std::setw(12) << "disconnect"
              << "retryable\n";
    }
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;
    ~Table() { MESSAGE(text_.str()); }

    void add(const std::string& name, const DatabaseError& error, const std::string& sql) {
        CAPTURE(name);
        CAPTURE(std::string(error.what()));
        const std::string what = error.what();
        const std::string kind = what.substr(0, what.find(':'));
        CHECK_FALSE(contains(what, secret));
        CHECK(error.statement() == sql);
        if (!sql.empty()) CHECK(contains(what, sql));
        text_ << std::setw(24) << name << std::setw(22) << kind << std::setw(10) << error.sqlstate() << std::setw(8)
              << error.native_code() << std::setw(12) << (error.is_disconnect() ? "yes" : "")
              << (error.is_retryable() ? "yes" : "") << '\n';
    }

    enum class After { nothing, retry, disconnect };

    void check(const std::string& name, const DatabaseError& error, const std::string& sql, const Expected& expected,
               After after = After::nothing) {
        add(name, error, sql);
        CAPTURE(name);
        CAPTURE(std::string(error.what()));
        const std::string what = error.what();
        CHECK(what.substr(0, what.find(':')) == expected.kind);
        CHECK(error.sqlstate() == expected.sqlstate);
        CHECK(error.native_code() == expected.native_code);
        CHECK(error.is_disconnect() == (after == After::disconnect));
        CHECK(error.is_retryable() == (after == After::retry));
    }

private:
    std::ostringstream text_;
};

using After = Table::After;

/// What is expected of the database at hand.
Expected pick(Kind kind, Expected sqlite, Expected postgresql, Expected mysql) {
    return kind == Kind::sqlite ? sqlite : kind == Kind::postgresql ? postgresql : mysql;
}

void create_tables(Engine& engine) {
    engine.begin([](Connection& c) {
        c.execute("CREATE TABLE parents (id integer PRIMARY KEY, name varchar(20) UNIQUE)");
        c.execute(
            "CREATE TABLE children (id integer PRIMARY KEY, name varchar(20) NOT NULL, age integer CHECK (age > 0), "
            "parent integer, FOREIGN KEY (parent) REFERENCES parents (id))");
        c.execute("INSERT INTO parents VALUES (1, :v)", {{"v", secret}});
        c.execute("INSERT INTO parents VALUES (2, 'other')");
    });
}

DatabaseError error_of(Connection& c, const std::string& sql, std::initializer_list<Parameter> values = {}) {
    return thrown<DatabaseError>([&] { c.execute(sql, values).all(); });
}

const std::string update = "UPDATE parents SET name = :v WHERE id = :id";

/// Both update their own row, then the other's; what the one that lost was told.
DatabaseError deadlock(Engine& engine) {
    std::barrier both(2);
    const auto work = [&](int mine, int other) -> std::optional<DatabaseError> {
        Connection c = engine.connect();
        const std::string name = secret + std::to_string(mine);
        c.execute("SELECT count(*) FROM parents").scalar<int>();
        try {
            c.execute(update, {{"v", name + "mine"}, {"id", mine}});
        } catch (const DatabaseError& e) {
            both.arrive_and_drop();
            return e;
        }
        both.arrive_and_wait();
        try {
            c.execute(update, {{"v", name + "other"}, {"id", other}});
        } catch (const DatabaseError& e) {
            return e;
        }
        return std::nullopt;
    };
    std::optional<DatabaseError> error;
    std::thread other([&] { error = work(2, 1); });
    const auto mine = work(1, 2);
    other.join();
    CHECK(mine.has_value() != error.has_value());
    if (!mine && !error) FAIL("nobody lost");
    return mine ? *mine : *error;
}

}  // namespace

TEST_CASE("A table of provoked errors: constraints, wrong statements and values") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        create_tables(engine);
        Connection c = engine.connect();
        const Kind kind = db.kind();
        Table table(kind);
        const auto check = [&](const std::string& name, const std::string& sql, const Expected& expected) {
            const bool binds = contains(sql, ":v");
            const DatabaseError error = binds ? error_of(c, sql, {{"v", secret}}) : error_of(c, sql);
            table.check(name, error, sql, expected);
            CHECK_FALSE(c.invalidated());
            c.rollback();
            CHECK(c.execute("SELECT count(*) FROM parents").scalar<int>() == 2);
            c.rollback();
        };
        const auto all = [](const std::string& name, int sqlite, const std::string& sqlstate, int mysql,
                            const std::string& mysql_state) {
            return std::array<Expected, 3>{Expected{name, "", sqlite}, Expected{name, sqlstate, 0},
                                           Expected{name, mysql_state, mysql}};
        };
        const auto same = [&](const std::string& name, const std::string& sql,
                              const std::array<Expected, 3>& expected) {
            check(name, sql, pick(kind, expected[0], expected[1], expected[2]));
        };
        same("primary key", "INSERT INTO parents SELECT 1, :v FROM parents WHERE id = 2",
             all("UniqueViolation", 1555, "23505", 1062, "23000"));
        same("unique", "INSERT INTO parents VALUES (3, :v)", all("UniqueViolation", 2067, "23505", 1062, "23000"));
        same("foreign key", "INSERT INTO children VALUES (1, :v, 1, 9)",
             all("ForeignKeyViolation", 787, "23503", 1452, "23000"));
        same("not null", "INSERT INTO children VALUES (1, NULL, 1, 1)",
             all("NotNullViolation", 1299, "23502", 1048, "23000"));
        same("check", "INSERT INTO children VALUES (1, :v, 0, 1)", all("CheckViolation", 275, "23514", 4025, "23000"));
        same("syntax", "SELEC :v", all("ProgrammingError", 1, "42601", 1064, "42000"));
        same("no such table", "SELECT * FROM nowhere WHERE name = :v",
             all("ProgrammingError", 1, "42P01", 1146, "42S02"));
        same("no such column", "SELECT nothing FROM parents WHERE name = :v",
             all("ProgrammingError", 1, "42703", 1054, "42S22"));
        switch (kind) {
            case Kind::sqlite:
                check("integer overflow", "SELECT abs(-9223372036854775807 - 1)", {"DataError", "", 1});
                check("too long", "SELECT zeroblob(2000000000)", {"DataError", "", 18});
                break;
            case Kind::postgresql:
                check("division by zero", "SELECT 1 / 0", {"DataError", "22012"});
                check("bad cast", "SELECT CAST(:v AS integer)", {"DataError", "22P02"});
                check("too long", "INSERT INTO parents VALUES (3, '0123456789' || :v)", {"DataError", "22001"});
                break;
            case Kind::mysql:
                check("integer overflow", "SELECT 9223372036854775807 + 1", {"DataError", "22003", 1690});
                check("bad cast", "INSERT INTO parents VALUES (:v, 'x')", {"DataError", "22007", 1366});
                check("too long", "INSERT INTO parents VALUES (3, concat('0123456789', :v))",
                      {"DataError", "22001", 1406});
                break;
        }
    });
}

TEST_CASE("A table of provoked errors: locks, deadlocks and other transactions") {
    on_each(all_kinds, [](Database& db) {
        EngineOptions options;
        if (db.kind() == Kind::sqlite) options.sqlite = SqliteOptions{.busy_timeout = 0ms};
        if (db.kind() == Kind::postgresql)
            options.init_sql = {"SET deadlock_timeout = '10ms'", "SET lock_timeout = '10s'"};
        Engine engine = db.engine(options);
        create_tables(engine);
        Table table(db.kind());
        {
            Connection holder = engine.connect();
            holder.execute(update, {{"v", secret}, {"id", 1}});
            Connection c = engine.connect();
            if (db.kind() == Kind::sqlite) {
                // The write lock is asked for by BEGIN.
                const auto error = error_of(c, update, {{"v", secret}, {"id", 1}});
                table.check("busy", error, "BEGIN", {"OperationalError", "", 5}, After::retry);
            } else {
                const std::string sql = "SELECT id FROM parents WHERE id = 1 FOR UPDATE NOWAIT";
                table.check("lock timeout", error_of(c, sql), sql,
                            pick(db.kind(), {}, {"OperationalError", "55P03"}, {"OperationalError", "HY000", 1205}),
                            After::retry);
            }
            CHECK_FALSE(c.invalidated());
        }
        table.check("deadlock", deadlock(engine), update,
                    pick(db.kind(), {"OperationalError", "", 5}, {"OperationalError", "40P01"},
                         {"OperationalError", "40001", 1213}),
                    After::retry);
        if (db.kind() == Kind::mysql) return;  // without snapshot isolation, MariaDB reads anew and goes on
        Connection c = engine.connect();
        if (db.kind() == Kind::postgresql) c.set_isolation_level(IsolationLevel::repeatable_read);
        c.execute("SELECT count(*) FROM parents").scalar<int>();
        engine.begin([](Connection& other) { other.execute(update, {{"v", "changed"}, {"id", 1}}); });
        table.check("serialization failure", error_of(c, update, {{"v", secret}, {"id", 1}}), update,
                    pick(db.kind(), {"OperationalError", "", 517}, {"OperationalError", "40001"}, {}), After::retry);
        c.rollback();
        CHECK(c.execute(update, {{"v", secret}, {"id", 1}}).affected_rows() == 1);
    });
}

TEST_CASE("A table of provoked errors: statement timeouts and disconnects") {
    on_each(servers, [](Database& db) {
        Engine engine = db.engine();
        Table table(db.kind());
        const bool postgresql = db.kind() == Kind::postgresql;
        Connection c = engine.connect(
            {.settings = {postgresql ? std::pair<const std::string, std::string>("statement_timeout", "20")
                                     : std::pair<const std::string, std::string>("max_statement_time", "0.02")}});
        const std::string sleep = postgresql ? "SELECT pg_sleep(60), :v" : "SELECT sleep(60), :v";
        table.check("statement timeout", error_of(c, sleep, {{"v", secret}}), sleep,
                    pick(db.kind(), {}, {"OperationalError", "57014"}, {"OperationalError", "70100", 1969}));
        CHECK_FALSE(c.invalidated());
        c.rollback();
        db.kill(c);
        const std::string sql = "SELECT :v";
        const DatabaseError error = error_of(c, sql, {{"v", secret}});
        table.add("disconnect", error, sql);
        CHECK(error.info().kind == ErrorKind::operational);
        CHECK(error.is_disconnect());
        CHECK_FALSE(error.is_retryable());
        CHECK(c.invalidated());
    });
}

TEST_CASE("A table of provoked errors: connects that fail") {
    on_each(all_kinds, [](Database& db) {
        Table table(db.kind());
        const auto check = [&](const std::string& name, const Url& url, const Expected& expected, After after) {
            Engine engine = create_engine(url);
            table.check(name, thrown<DatabaseError>([&] { engine.connect(); }), "", expected, after);
            CHECK(engine.pool().status().checked_out == 0);
        };
        if (db.kind() == Kind::sqlite) {
            check("no such directory", db.url().with_database("/nonexistent/a.db"), {"OperationalError", "", 14},
                  After::nothing);
            return;
        }
        const Url url = db.url().with_password(secret);
        check("connect refused", url.with_host("127.0.0.1", 1),
              pick(db.kind(), {}, {"OperationalError", ""}, {"OperationalError", "HY000", 2002}), After::disconnect);
        check("unknown database", db.url().with_database("no_such_database"),
              pick(db.kind(), {}, {"OperationalError", ""}, {"OperationalError", "42000", 1049}), After::nothing);

        const std::string role = "sociable_role_" + std::to_string(getpid());
        Engine admin = db.engine({.isolation_level = IsolationLevel::autocommit});
        Connection c = admin.connect();
        if (db.kind() == Kind::postgresql)
            c.execute("CREATE ROLE " + role + " LOGIN PASSWORD 'right'");
        else
            c.execute("CREATE USER " + role + " IDENTIFIED BY 'right'");
        check("wrong password", url.with_user(role),
              pick(db.kind(), {}, {"OperationalError", "28P01"}, {"OperationalError", "28000", 1045}), After::nothing);
        c.execute((db.kind() == Kind::postgresql ? "DROP ROLE " : "DROP USER ") + role);
    });
}
