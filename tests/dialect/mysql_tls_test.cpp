#include "support/database.hpp"

using namespace sociable;
using namespace sociable::test;

TEST_CASE("MariaDB: a URL that asks for encryption gets no connection without it") {
    Database database(Kind::mysql);
    Engine plain = database.engine();
    REQUIRE(plain.connect().execute("SHOW STATUS LIKE 'Ssl_cipher'").all().front().get<std::string>(1).empty());
    Engine engine = create_engine(database.url().with_query("sslca", "/dev/null"));
    CHECK_THROWS_WITH_AS(engine.connect(), doctest::Contains("encryption"), OperationalError);
}

TEST_CASE("MariaDB: a file for TLS that can't be read is an error that names the option and the file") {
    Database database(Kind::mysql);
    for (const char* key : {"sslca", "sslcert", "sslkey"}) {
        const Url url = database.url().with_query("sslca", "/dev/null").with_query(key, "/no/such/file.pem");
        Engine engine = create_engine(url);
        CHECK_THROWS_WITH_AS(engine.connect(), doctest::Contains(key), OperationalError);
        CHECK_THROWS_WITH_AS(engine.connect(), doctest::Contains("/no/such/file.pem"), OperationalError);
    }
}
