// What happens to SQLite's files: an error that says so, and nothing lost.
#include "support/database.hpp"
#include "support/load.hpp"
#include "support/threads.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

/// Ten items in a file of their own.
struct File {
    File() {
        Engine engine = this->engine();
        create_items(engine);
        engine.begin([](Connection& c) {
            for (int i = 0; i < 10; ++i) c.execute("INSERT INTO items VALUES (:id, 'x')", {{"id", i}});
        });
    }
    Engine engine(SqliteOptions options = {.busy_timeout = 50ms}) const {
        return create_engine(Url("sqlite://").with_database(path), {.pool_class = PoolClass::queue, .sqlite = options});
    }

    TemporaryDirectory directory;
    const std::string path = directory.file("bank.db");
};

std::string error_of(const std::function<void()>& f) {
    try {
        f();
    } catch (const DatabaseError& e) {
        return e.message();
    }
    return "no error";
}

void insert(Engine& engine, int id) {
    engine.begin([&](Connection& c) { c.execute("INSERT INTO items VALUES (:id, 'y')", {{"id", id}}); });
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("SQLite: locked by another process: an error that says so, and the next attempt works") {
    File file;
    int locked[2], release[2];
    REQUIRE(pipe(locked) == 0);
    REQUIRE(pipe(release) == 0);
    const pid_t other = fork();
    if (other == 0) {
        try {
            Engine engine = file.engine();
            Connection c = engine.connect();
            c.execute("INSERT INTO items VALUES (100, 'theirs')");
            char byte = 1;
            if (write(locked[1], &byte, 1) != 1 || read(release[0], &byte, 1) != 1) _exit(2);
            c.commit();
        } catch (...) {
            _exit(1);
        }
        _exit(0);
    }
    char byte = 1;
    REQUIRE(read(locked[0], &byte, 1) == 1);
    Engine engine = file.engine();
    try {
        insert(engine, 101);
        FAIL("no error");
    } catch (const OperationalError& e) {
        CHECK(says(e.message(), "locked"));
        CHECK(e.is_retryable());
    }
    CHECK(count_items(engine) == 10);  // reading goes on
    std::thread releaser([&] {
        std::this_thread::sleep_for(20ms);
        CHECK(write(release[1], &byte, 1) == 1);
    });
    engine.run_transaction([](Connection& c) { c.execute("INSERT INTO items VALUES (101, 'ours')"); },
                           {.attempts = 1000, .backoff = 5ms, .max_backoff = 20ms});
    releaser.join();
    int status = 1;
    waitpid(other, &status, 0);
    CHECK(status == 0);
    CHECK(count_items(engine) == 12);
    CHECK(lost_connections(engine) == 0);
    for (const int fd : {locked[0], locked[1], release[0], release[1]}) close(fd);
}

TEST_CASE("SQLite: disk full: an error that says so, what was committed stays, and when there is room it goes on") {
    File file;
    Engine engine = file.engine();
    engine.connect().execute("PRAGMA max_page_count = 4");
    const std::string error = error_of([&] {
        engine.begin([](Connection& c) {
            c.execute("PRAGMA max_page_count = 4");  // of this connection
            for (int i = 0; i < 1000; ++i)
                c.execute("INSERT INTO items VALUES (:id, :text)", {{"id", 1000 + i}, {"text", std::string(500, 'x')}});
        });
    });
    CHECK(says(error, "full"));
    engine.dispose();
    CHECK(count_items(engine) == 10);
    insert(engine, 11);
    CHECK(count_items(engine) == 11);
    CHECK(lost_connections(engine) == 0);
}

TEST_CASE("SQLite: the file is removed: connections that have it go on, and a new one that finds nothing says so") {
    File file;
    Engine engine = file.engine();
    Connection c = engine.connect();
    CHECK(c.execute("SELECT count(*) FROM items").scalar<int>() == 10);
    c.commit();
    fs::remove(file.path);
    CHECK(c.execute("SELECT count(*) FROM items").scalar<int>() == 10);
    c.close();
    engine.dispose();
    CHECK(says(error_of([&] { count_items(engine); }), "no such table"));
    fs::remove_all(file.directory.file(""));
    engine.dispose();
    CHECK(says(error_of([&] { count_items(engine); }), "unable to open"));
    CHECK(lost_connections(engine) == 0);
}

TEST_CASE("SQLite: a directory that may only be read: an error that says so") {
    File file;
    const std::string error_file = file.directory.file("error");
    chmod(file.directory.file("").c_str(), 0755);
    const pid_t reader = fork();
    if (reader == 0) {
        // Root may write anywhere, so somebody else tries.
        if (geteuid() == 0 && setuid(65534) != 0) _exit(2);
        if (geteuid() != 65534) chmod(file.directory.file("").c_str(), 0555);
        Engine engine = create_engine(Url("sqlite://").with_database(file.directory.file("new.db")));
        _exit(says(error_of([&] { create_items(engine); }), "unable to open") ? 0 : 1);
    }
    int status = 1;
    waitpid(reader, &status, 0);
    chmod(file.directory.file("").c_str(), 0755);
    CHECK(status == 0);
    Engine engine = file.engine();
    CHECK(count_items(engine) == 10);
}

TEST_CASE("SQLite: a corrupted database: an error that says so, and the pool goes on") {
    File file;
    create_engine(Url("sqlite://").with_database(file.path), {.isolation_level = IsolationLevel::autocommit})
        .connect()
        .execute("PRAGMA wal_checkpoint(TRUNCATE)");
    SUBCASE("its header") {
        std::ofstream(file.path, std::ios::binary | std::ios::in) << "this is not a database at all";
        Engine engine = file.engine();
        CHECK(says(error_of([&] { count_items(engine); }), "not a database"));
        CHECK(lost_connections(engine) == 0);
    }
    SUBCASE("its pages") {
        const auto size = fs::file_size(file.path);
        std::fstream raw(file.path, std::ios::binary | std::ios::in | std::ios::out);
        raw.seekp(4096);
        raw << std::string(size - 4096, '\x5a');
        raw.close();
        Engine engine = file.engine();
        CHECK(says(error_of([&] { count_items(engine); }), "malformed"));
        CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);
        CHECK(lost_connections(engine) == 0);
    }
}
