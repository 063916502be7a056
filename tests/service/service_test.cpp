// The example service as a process.
#include "support/own_service.hpp"
#include "support/threads.hpp"
#include "support/thrown.hpp"

#include <signal.h>
#include <boost/json/parse.hpp>

using namespace sociable;
using namespace sociable::test;

namespace {

const std::string program = SOCIABLE_EXAMPLE_SERVICE;

/// Keeps everybody else from the notes while it lives.
class LockedNotes {
public:
    explicit LockedNotes(Engine engine) : connection_(engine.connect()) {
        if (engine.dialect_name() == "mysql")
            connection_.execute("LOCK TABLES notes WRITE");
        else
            connection_.execute("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE");
    }
    void unlock() { connection_.invalidate(); }

private:
    Connection connection_;
};

}  // namespace

TEST_CASE("the service makes notes, lists them and finds them again") {
    on_each(all_kinds, [](Database& database) {
        const OwnService service(program, database.url().to_string_with_password());
        CHECK(service.get("/notes").body == "[]");
        const HttpAnswer made = service.post(R"({"text": "buy \"milk\""})");
        CHECK(made.status == 201);
        const std::string where = made.headers.at("location");
        CHECK(service.get(where).body == made.body);
        CHECK(boost::json::parse(service.get(where).body).at("text") == "buy \"milk\"");
        CHECK(service.get("/notes").body == "[" + made.body + "]");
    });
}

TEST_CASE("the service answers what it can't do with the right status") {
    Database database(Kind::sqlite);
    const OwnService service(program, database.url().to_string_with_password());
    CHECK(service.get("/notes/12345").status == 404);
    CHECK(service.get("/other").status == 404);
    CHECK(service.get("/notes/x").status == 400);
    CHECK(service.post("nonsense").status == 400);
    CHECK(service.post("[]").status == 400);
    CHECK(service.post(R"({"text": 7})").status == 400);
    CHECK(service.get("/notes").body == "[]");
}

TEST_CASE("the service has a monitor, and its token comes from the environment") {
    Database database(Kind::sqlite);
    const OwnService service(program, database.url().to_string_with_password(), {{"MONITOR_TOKEN", "s3cret"}});
    CHECK(service.status_of("/health") == 200);
    CHECK(service.status_of("/pool/status") == 401);
    CHECK(HttpClient(service.monitor_port()).get("/pool/status", "Authorization: Bearer s3cret\r\n").status == 200);
}

TEST_CASE("the service says which variable is wrong") {
    OwnProcess no_url({program}, {{"DATABASE_URL", ""}});
    CHECK(no_url.wait() == 1);
    CHECK(contains(no_url.output(), "DATABASE_URL"));
    OwnProcess no_port({program}, {{"DATABASE_URL", "sqlite://"}, {"MONITOR_PORT", "http"}});
    CHECK(no_port.wait() == 1);
    CHECK(contains(no_port.output(), "MONITOR_PORT"));
}

TEST_CASE("the service ends on SIGTERM and SIGINT, clients that are connected or not") {
    for (const int signal : {SIGTERM, SIGINT}) {
        Database database(Kind::sqlite);
        OwnService service(program, database.url().to_string_with_password());
        HttpClient idle(service.port());
        CHECK(idle.get("/notes").status == 200);
        service.process().send_signal(signal);
        CHECK(service.process().wait() == 0);
        CHECK(idle.is_closed());
        CHECK(contains(service.process().output(), "stopped"));
    }
}

TEST_CASE("requests that wait for the database, or for a connection, are answered before the service ends") {
    on_each(servers, [](Database& database) {
        OwnService service(program, database.url().to_string_with_password(),
                           {{"DB_POOL_SIZE", "1"}, {"DB_MAX_OVERFLOW", "0"}, {"DB_POOL_TIMEOUT", "60"}});
        LockedNotes locked(database.engine());
        HttpClient first(service.port()), second(service.port());
        first.send("GET /notes HTTP/1.1\r\nHost: localhost\r\n\r\n");
        second.send("GET /notes HTTP/1.1\r\nHost: localhost\r\n\r\n");
        HttpClient monitor(service.monitor_port());
        wait_until([&] {
            const auto pool = boost::json::parse(monitor.get("/pool/status").body).at("pools").at(0);
            return pool.at("in_use") == 1 && pool.at("waiting") == 1;
        });
        service.process().send_signal(SIGTERM);
        wait_until([&] {
            try {
                HttpClient another(service.port());
                return false;
            } catch (const std::runtime_error&) {
                return true;
            }
        });
        CHECK(service.process().is_running());
        locked.unlock();
        CHECK(first.receive().value().status == 200);
        CHECK(second.receive().value().status == 200);
        CHECK(first.is_closed());
        CHECK(service.process().wait() == 0);
    });
}

TEST_CASE("the database restarts under a load: nobody sees more than 503, and the service recovers") {
    for (const Kind kind : servers) DOCTEST_SUBCASE(to_string(kind).c_str()) restart_under_load(program, kind, 6);
}
