// expect: sociable: a row is read into a struct described by BOOST_DESCRIBE_STRUCT, a std::tuple or std::pair

#include <sociable/engine/connection.hpp>

struct User {
    int id;
};

auto read(sociable::Connection& c) { return c.execute("SELECT 1 AS id").all<User>(); }
