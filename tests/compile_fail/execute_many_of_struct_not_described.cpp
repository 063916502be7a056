// expect: sociable: a row of values is a struct described by BOOST_DESCRIBE_STRUCT

#include <sociable/session/session.hpp>

#include <vector>

struct User {
    int id;
};

void insert(sociable::Session& s) { s.execute_many("INSERT INTO users VALUES (:id)", std::vector<User>{{1}}); }
