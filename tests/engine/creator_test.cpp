#include "support/database.hpp"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

using namespace sociable;

TEST_CASE("a creator opens each session in place of the URL, and what it throws reaches the caller") {
    int opened = 0;
    Engine engine = create_engine("sqlite:////nowhere/at/all.db",
                                  {.pool_class = PoolClass::queue, .creator = [&](soci::session& session) {
                                       if (++opened == 2) throw std::domain_error("no");
                                       session.open(soci::sqlite3, ":memory:");
                                   }});
    Connection c = engine.connect();
    CHECK(c.execute("SELECT 1").scalar<int>() == 1);
    CHECK_THROWS_WITH_AS(engine.connect(), "no", std::domain_error);
    CHECK(engine.connect().execute("SELECT 2").scalar<int>() == 2);
    CHECK(opened == 3);
}

TEST_CASE("A creator that opens the session and then throws costs that connection only") {
    const test::TemporaryDirectory directory;
    bool broken = true;
    Engine engine = create_engine("sqlite://", {.pool_class = PoolClass::queue, .creator = [&](soci::session& session) {
                                                    session.open(soci::sqlite3, directory.file("a.db"));
                                                    if (broken) throw std::runtime_error("not now");
                                                }});
    CHECK_THROWS_WITH_AS(engine.connect(), "not now", std::runtime_error);
    broken = false;
    CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);
}
