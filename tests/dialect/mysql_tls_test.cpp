#include "support/database.hpp"

using namespace sociable;
using namespace sociable::test;

TEST_CASE("MariaDB: a URL that asks for encryption gets no connection without it") {
    Database database(Kind::mysql);
    Engine plain = database.engine();
    REQUIRE(plain.connect().execute("SHOW STATUS LIKE 'Ssl_cipher'").all().front().get<std::string>(1).empty());
    for (const char* file : {"/no/such/file.pem", "/dev/null"}) {
        Engine engine = create_engine(database.url().with_query("sslca", file));
        CHECK_THROWS_WITH_AS(engine.connect(), doctest::Contains("encryption"), OperationalError);
    }
}
