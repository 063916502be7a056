#pragma once

#include "bench.hpp"

#include <sociable/sociable.hpp>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

/// The table that rows 4, 5 and 10 select from, by primary key, one of its thousand rows after the other.
namespace bench {

struct User {
    std::int64_t id = 0;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(User, (), (id, name))

inline void make_users(sociable::Engine engine) {
    engine.begin([](sociable::Connection& c) {
        c.execute("DROP TABLE IF EXISTS users");
        c.execute("CREATE TABLE users (id integer PRIMARY KEY, name varchar(40) NOT NULL)");
        for (int id = 1; id <= 1000; ++id)
            c.execute("INSERT INTO users VALUES (:id, :name)",
                      {{"id", id}, {"name", "somebody " + std::to_string(id)}});
    });
}

/// 1 to 1000 and again.
class Ids {
public:
    std::int32_t next() { return last_ = last_ % 1000 + 1; }

private:
    std::int32_t last_ = 0;
};

inline User select_user(sociable::Connection& c, std::int32_t id) {
    return c.execute("SELECT id, name FROM users WHERE id = :id", {{"id", id}}).one<User>();
}

/// A transaction of its own for each.
inline auto select_users(sociable::Engine engine) {
    return [engine, ids = Ids()]() mutable {
        keep(engine.begin([&](sociable::Connection& c) { return select_user(c, ids.next()); }));
    };
}

/// The URL that tests/servers.sh has given. @throws std::runtime_error
inline std::string url_of(const char* server) {
    const char* url = std::getenv(("SOCIABLE_TEST_" + std::string(server) + "_URL").c_str());
    if (!url) throw std::runtime_error("no server: run tests/benchmarks/run.sh");
    return url;
}

}  // namespace bench
