#include "support/database.hpp"

#include <atomic>
#include <cstdlib>
#include <stdexcept>

#include <unistd.h>

namespace sociable::test {

namespace {

Url server_url(Kind kind) {
    const char* variable = kind == Kind::postgresql ? "SOCIABLE_TEST_POSTGRESQL_URL" : "SOCIABLE_TEST_MYSQL_URL";
    const char* text = std::getenv(variable);
    if (!text) throw std::runtime_error(std::string(variable) + " must name a server for the tests");
    return Url(text);
}

Engine admin(Kind kind) {
    return create_engine(server_url(kind),
                         {.pool_class = PoolClass::null, .isolation_level = IsolationLevel::autocommit});
}

void run_as_admin(Kind kind, const std::string& sql) { admin(kind).connect().execute(sql); }

std::string unique_name() {
    static std::atomic<int> count{0};
    return "sociable_test_" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

Url make(Kind kind, const std::string& name, const TemporaryDirectory& directory) {
    switch (kind) {
        case Kind::sqlite: return Url("sqlite://").with_database(directory.file("test.db"));
        case Kind::postgresql:
            run_as_admin(kind, "CREATE SCHEMA " + name);
            return server_url(kind).with_query("options", "-c search_path=" + name);
        case Kind::mysql: run_as_admin(kind, "CREATE DATABASE " + name); return server_url(kind).with_database(name);
    }
    throw std::logic_error("unknown kind");
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sociable-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("no temporary directory");
    path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string to_string(Kind kind) {
    switch (kind) {
        case Kind::sqlite: return "sqlite";
        case Kind::postgresql: return "postgresql";
        case Kind::mysql: return "mysql";
    }
    return {};
}

Database::Database(Kind kind) : kind_(kind), name_(unique_name()), url_(make(kind, name_, directory_)) {}

Database::~Database() {
    if (kind_ == Kind::sqlite) return;
    try {
        run_as_admin(kind_, kind_ == Kind::postgresql ? "DROP SCHEMA " + name_ + " CASCADE" : "DROP DATABASE " + name_);
    } catch (const std::exception& e) {
        MESSAGE("a test's database could not be dropped: " << e.what());
    }
}

Engine Database::engine(EngineOptions options) const {
    if (!options.pool_class) options.pool_class = PoolClass::queue;
    return create_engine(url_, options);
}

std::string Database::server_id(Connection& connection) {
    const bool postgresql = connection.execute("SELECT version()").scalar<std::string>().find("PostgreSQL") == 0;
    return connection.execute(postgresql ? "SELECT pg_backend_pid()::text" : "SELECT cast(connection_id() AS char)")
        .scalar<std::string>();
}

void Database::kill(Connection& connection) const {
    const std::string id = server_id(connection);
    run_as_admin(kind_, kind_ == Kind::postgresql ? "SELECT pg_terminate_backend(" + id + ", 5000)" : "KILL " + id);
}

void create_items(Engine& engine) {
    engine.begin([](Connection& c) { c.execute("CREATE TABLE items (id integer PRIMARY KEY, name varchar(100))"); });
}

int count_items(Engine& engine) { return engine.connect().execute("SELECT count(*) FROM items").scalar<int>(); }

}  // namespace sociable::test
