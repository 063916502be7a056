// expect: sociable: no Codec for this type: specialise sociable::Codec<T>

#include <sociable/engine/connection.hpp>

#include <boost/describe/class.hpp>

struct Unknown {};
struct User {
    int id;
    Unknown unknown;
};
BOOST_DESCRIBE_STRUCT(User, (), (id, unknown))

auto read(sociable::Connection& c) { return c.execute("SELECT 1 AS id").all<User>(); }
