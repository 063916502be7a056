// expect: sociable: a struct that rows are read into has a default constructor and no const members

#include <sociable/engine/connection.hpp>

#include <boost/describe/class.hpp>

struct User {
    const int id = 0;
};
BOOST_DESCRIBE_STRUCT(User, (), (id))

auto read(sociable::Connection& c) { return c.execute("SELECT 1 AS id").all<User>(); }
