// expect: sociable: a struct that rows are read into has a default constructor and no const members

#include <sociable/engine/connection.hpp>

#include <boost/describe/class.hpp>

struct User {
    explicit User(int i) : id(i) {}
    int id;
};
BOOST_DESCRIBE_STRUCT(User, (), (id))

auto read(sociable::Connection& c) {
    for (const User& user : c.execute("SELECT 1 AS id").rows<User>()) return user.id;
    return c.execute("SELECT 1 AS id").one<User>().id;
}
