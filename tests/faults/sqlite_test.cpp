// What happens to SQLite's files: an error that says so, and nothing lost.
#include "support/callers.hpp"
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

/// What a caller is told; the error is counted.
std::string error_of(Callers& callers, const std::function<void()>& f) {
    std::string text = "no error";
    callers.see([&] {
        try {
            f();
        } catch (const DatabaseError& e) {
            text = e.message();
            throw;
        }
    });
    return text;
}

int count_items(Callers& callers, Engine& engine) {
    return callers.connect(engine).execute("SELECT count(*) FROM items").scalar<int>();
}

/// The fault is over, and `engine` sees the file as it is now.
void finish(Callers& callers, Engine& engine, const std::string& fault, int errors) {
    callers.recover(engine);
    const FaultReport report = callers.finish("SQLite: " + fault, "sqlite");
    CHECK(report.error_count() == errors);
    CHECK(report.lost == 0);
}

void insert(Callers& callers, Engine& engine, int id) {
    callers.connect(engine).begin([&](Connection& c) {
        c.execute("INSERT INTO items VALUES (:id, 'y')", {{"id", id}});
    });
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
    Callers callers;
    CHECK_FALSE(callers.see([&] {
        try {
            insert(callers, engine, 101);
        } catch (const OperationalError& e) {
            CHECK(says(e.message(), "locked"));
            CHECK(e.is_retryable());
            throw;
        }
    }));
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
    finish(callers, engine, "locked by another process", 1);
    for (const int fd : {locked[0], locked[1], release[0], release[1]}) close(fd);
}

TEST_CASE("SQLite: disk full: an error that says so, what was committed stays, and when there is room it goes on") {
    File file;
    Engine engine = file.engine();
    Callers callers;
    const std::string error = error_of(callers, [&] {
        callers.connect(engine).begin([](Connection& c) {
            c.execute("PRAGMA max_page_count = 4");  // of this connection
            for (int i = 0; i < 1000; ++i)
                c.execute("INSERT INTO items VALUES (:id, :text)", {{"id", 1000 + i}, {"text", std::string(500, 'x')}});
        });
    });
    CHECK(says(error, "full"));
    engine.dispose();
    CHECK(count_items(engine) == 10);
    insert(callers, engine, 11);
    CHECK(count_items(engine) == 11);
    finish(callers, engine, "disk full", 1);
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
    Callers callers;
    CHECK(says(error_of(callers, [&] { count_items(callers, engine); }), "no such table"));
    fs::remove_all(file.directory.file(""));
    engine.dispose();
    CHECK(says(error_of(callers, [&] { count_items(callers, engine); }), "unable to open"));
    fs::create_directory(file.directory.path());
    finish(callers, engine, "file removed, then its directory", 2);
}

TEST_CASE("SQLite: a directory that may only be read: an error that says so") {
    File file;
    const std::string directory = file.directory.file("");
    chmod(directory.c_str(), 0755);
    // What the reader saw; it may not write to the table of faults itself.
    struct Seen {
        char kind[32];
        std::chrono::milliseconds longest_wait, recovery;
        int lost;
    };
    int seen[2], room[2];
    REQUIRE(pipe(seen) == 0);
    REQUIRE(pipe(room) == 0);
    const pid_t reader = fork();
    if (reader == 0) {
        // Root may write anywhere, so somebody else tries.
        if (geteuid() == 0 && setuid(65534) != 0) _exit(2);
        if (geteuid() != 65534) chmod(directory.c_str(), 0555);
        Engine engine = create_engine(Url("sqlite://").with_database(file.directory.file("new.db")));
        Callers callers;
        if (!says(error_of(callers, [&] { create_items(engine); }), "unable to open")) _exit(1);
        char byte = 1;
        if (write(seen[1], &byte, 1) != 1 || read(room[0], &byte, 1) != 1) _exit(3);
        callers.recover(engine);
        create_items(engine);
        const FaultReport report = callers.report();
        Seen message{{}, report.longest_wait, report.recovery, report.lost};
        report.errors.begin()->first.copy(message.kind, sizeof message.kind - 1);
        _exit(write(seen[1], &message, sizeof message) == sizeof message ? 0 : 4);
    }
    close(seen[1]);  // who reads from a reader that has ended must not wait
    char byte = 1;
    REQUIRE(read(seen[0], &byte, 1) == 1);
    chmod(directory.c_str(), 0777);
    REQUIRE(write(room[1], &byte, 1) == 1);
    Seen message{};
    REQUIRE(read(seen[0], &message, sizeof message) == sizeof message);
    int status = 1;
    waitpid(reader, &status, 0);
    CHECK(status == 0);
    for (const int fd : {seen[0], room[0], room[1]}) close(fd);
    FaultReport report;
    report.errors[message.kind] = 1;
    report.longest_wait = message.longest_wait;
    report.recovery = message.recovery;
    report.lost = message.lost;
    print_fault("SQLite: read-only directory", "sqlite", report);
    CHECK(report.lost == 0);
    Engine engine = file.engine();
    CHECK(count_items(engine) == 10);
}

TEST_CASE("SQLite: a corrupted database: an error that says so, and the pool goes on") {
    File file;
    create_engine(Url("sqlite://").with_database(file.path), {.isolation_level = IsolationLevel::autocommit})
        .connect()
        .execute("PRAGMA wal_checkpoint(TRUNCATE)");
    const std::string copy = file.directory.file("copy");
    fs::copy_file(file.path, copy);
    Callers callers;
    SUBCASE("its header") {
        std::ofstream(file.path, std::ios::binary | std::ios::in) << "this is not a database at all";
        Engine engine = file.engine();
        CHECK(says(error_of(callers, [&] { count_items(callers, engine); }), "not a database"));
        fs::copy_file(copy, file.path, fs::copy_options::overwrite_existing);  // what a backup is for
        finish(callers, engine, "header corrupted", 1);
        CHECK(count_items(engine) == 10);
    }
    SUBCASE("its pages") {
        const auto size = fs::file_size(file.path);
        std::fstream raw(file.path, std::ios::binary | std::ios::in | std::ios::out);
        raw.seekp(4096);
        raw << std::string(size - 4096, '\x5a');
        raw.close();
        Engine engine = file.engine();
        CHECK(says(error_of(callers, [&] { count_items(callers, engine); }), "malformed"));
        CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);
        engine.dispose();  // before the file is another one
        fs::copy_file(copy, file.path, fs::copy_options::overwrite_existing);
        finish(callers, engine, "pages corrupted", 1);
        CHECK(count_items(engine) == 10);
    }
}
