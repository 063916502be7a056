#include "support/scripted.hpp"
#include "support/thrown.hpp"

#include <sstream>

using namespace sociable;
using namespace sociable::test;

namespace {

/// Whether the table has a row of this label and value, whatever note follows.
bool has_row(const std::string& table, const std::string& label, const std::string& value) {
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("  " + label + "  ")) continue;
        std::string first;
        std::istringstream(line.substr(2 + label.size())) >> first;
        return first == value;
    }
    return false;
}

PoolStatus every_figure_another() {
    PoolStatus s;
    s.name = "shop";
    s.pool_class = PoolClass::queue;
    s.reason = "asked for";
    s.size = 11;
    s.max_overflow = 12;
    s.checked_in = 13;
    s.checked_out = 14;
    s.overflow = 15;
    s.waiters = 16;
    s.checkouts = 17;
    s.hits = 18;
    s.opened = 19;
    s.closed = 20;
    s.connect_errors = 21;
    s.invalidated = 22;
    s.recycled = 23;
    s.timeouts = 24;
    s.rollbacks = 25;
    s.session_resets = 26;
    s.leaks = 27;
    s.opening = 28;
    s.failed = 29;
    s.socket_checks = 30;
    s.dead_sockets = 31;
    s.pings = 32;
    s.failed_pings = 33;
    s.closed_by_reason[static_cast<std::size_t>(CloseReason::invalidated)] = 34;
    s.statement_hits = 36;
    s.statement_misses = 37;
    s.statement_evictions = 38;
    s.oldest_wait = std::chrono::milliseconds(35);
    return s;
}

}  // namespace

TEST_CASE("A pool's status as a line is SQLAlchemy's line") {
    Engine engine = scripted_engine(std::make_shared<Script>(), {.pool_size = 2, .max_overflow = 1});
    const auto line = [&] { return to_line(engine.pool().status()); };
    CHECK(line() == "Pool size: 2  Connections in pool: 0 Current Overflow: -2 Current Checked out connections: 0");
    {
        Connection a = engine.connect();
        Connection b = engine.connect();
        Connection c = engine.connect();
        CHECK(line() == "Pool size: 2  Connections in pool: 0 Current Overflow: 1 Current Checked out connections: 3");
        a.close();
        CHECK(line() == "Pool size: 2  Connections in pool: 1 Current Overflow: 1 Current Checked out connections: 2");
    }
    CHECK(line() == "Pool size: 2  Connections in pool: 2 Current Overflow: 0 Current Checked out connections: 0");
}

TEST_CASE("A pool's status as a line tells a size that is unlimited") {
    Engine engine = scripted_engine(std::make_shared<Script>(), {.pool_size = unlimited});
    engine.connect().close();
    CHECK(to_line(engine.pool().status()) ==
          "Pool size: unlimited  Connections in pool: 1 Current Overflow: 1 Current Checked out connections: 0");
}

TEST_CASE("A pool's status as a table tells the kind of pool, whose and why, and every figure") {
    const std::string table = to_string(every_figure_another());
    CHECK(table.starts_with("QueuePool of shop (asked for)\n"));
    CHECK(has_row(table, "size", "11"));
    CHECK(has_row(table, "max overflow", "12"));
    CHECK(has_row(table, "checked in", "13"));
    CHECK(has_row(table, "checked out", "14"));
    CHECK(has_row(table, "waiters", "16"));
    CHECK(has_row(table, "checkouts", "17"));
    CHECK(has_row(table, "hits", "18"));
    CHECK(has_row(table, "opened", "19"));
    CHECK(has_row(table, "closed", "20"));
    CHECK(has_row(table, "connect errors", "21"));
    CHECK(has_row(table, "- invalidated", "34"));
    CHECK_FALSE(contains(table, "- idle"));  // none was closed for it
    CHECK(has_row(table, "failed", "29"));
    CHECK(has_row(table, "socket checks", "30"));
    CHECK(has_row(table, "dead sockets", "31"));
    CHECK(has_row(table, "pings", "32"));
    CHECK(has_row(table, "failed pings", "33"));
    CHECK(has_row(table, "oldest wait", "35"));
    CHECK(has_row(table, "recycled", "23"));
    CHECK(has_row(table, "timeouts", "24"));
    CHECK(has_row(table, "rollbacks", "25"));
    CHECK(has_row(table, "session resets", "26"));
    CHECK(has_row(table, "leaks", "27"));
    CHECK(has_row(table, "opening", "28"));
    CHECK(has_row(table, "statement hits", "36"));
    CHECK(has_row(table, "statement misses", "37"));
    CHECK(has_row(table, "evictions", "38"));
    CHECK_FALSE(has_row(table, "size", "12"));
}

TEST_CASE("A pool's status as a table has its figures below each other") {
    std::istringstream lines(to_string(every_figure_another()));
    std::string line;
    std::getline(lines, line);
    std::size_t rows = 0;
    for (; std::getline(lines, line); ++rows) {
        CAPTURE(line);
        REQUIRE(line.size() >= 30);
        CHECK(line[29] != ' ');
        CHECK(line[28] != ' ');
        CHECK(line[27] == ' ');
        CHECK((line.size() == 30 || line[30] == ' '));
    }
    CHECK(rows == 26);
}

TEST_CASE("A pool's status as a table tells limits only where they are any") {
    PoolStatus s = every_figure_another();
    s.max_overflow = unlimited;
    CHECK(has_row(to_string(s), "max overflow", "unlimited"));
    s.pool_class = PoolClass::null;
    CHECK(to_string(s).starts_with("NullPool of shop"));
    CHECK_FALSE(contains(to_string(s), "  size  "));
    CHECK_FALSE(contains(to_string(s), "max overflow"));
}

TEST_CASE("A pool's status is printed as its table") {
    std::ostringstream out;
    out << every_figure_another();
    CHECK(out.str() == to_string(every_figure_another()));
}

TEST_CASE("A pool's status counts checkouts, hits, connections and errors of connects") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script, {.pool_size = 1, .max_overflow = 0, .pool_timeout = {}});
    engine.connect().close();
    engine.connect().close();
    {
        Connection c = engine.connect();
        c.invalidate();
    }
    script->on_connect = throw_syntax_error;
    CHECK_THROWS_AS(engine.connect(), ProgrammingError);
    const PoolStatus s = engine.pool().status();
    CHECK(s.checkouts == 3);
    CHECK(s.hits == 2);
    CHECK(s.opened == 1);
    CHECK(s.closed == 1);
    CHECK(s.invalidated == 1);
    CHECK(s.connect_errors == 1);
    CHECK(s.checked_out == 0);
}
