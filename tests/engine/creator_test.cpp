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
