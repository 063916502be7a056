#include "support/database.hpp"

using namespace sociable;
using namespace sociable::test;

TEST_CASE("A NUMERIC is read as a string on every database, with the digits that the database keeps") {
    on_each(all_kinds, [](Database& db) {
        Engine engine = db.engine();
        Connection c = engine.connect();
        c.execute("CREATE TABLE prices (price numeric(30, 2))");
        const auto stored = [&](const std::string& price) {
            c.execute("DELETE FROM prices");
            c.execute("INSERT INTO prices VALUES (:price)", {{"price", price}});
            return c.execute("SELECT price FROM prices").scalar<std::string>();
        };
        CHECK(stored("19.99") == "19.99");
        CHECK(stored("-0.25") == "-0.25");
        const bool decimals = db.kind() != Kind::sqlite;
        CHECK(stored("42") == (decimals ? "42.00" : "42"));
        CHECK(stored("1234567890123456789012.34") ==
              (decimals ? "1234567890123456789012.34" : "1234567890123456774144"));
    });
}
