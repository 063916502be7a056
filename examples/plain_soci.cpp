// Everything that SOCI can do stays in reach, in the session's transaction and on its pooled connection.
#include <sociable/sociable.hpp>

#include <soci/soci.h>

#include <iostream>
#include <string>
#include <vector>

namespace db = sociable;

int main() {
    db::Engine engine = db::create_engine("sqlite://");
    db::Session session(engine);
    session.execute("CREATE TABLE fruits (id integer, name varchar(40))");

    std::vector<int> ids{1, 2, 3};
    std::vector<std::string> names{"apple", "pear", "plum"};
    session.soci() << "INSERT INTO fruits (id, name) VALUES (:id, :name)", soci::use(ids), soci::use(names);

    int count = 0;
    session.soci() << "SELECT count(*) FROM fruits", soci::into(count);
    std::cout << count << " fruits\n";

    const soci::rowset<std::string> rows = session.soci().prepare << "SELECT name FROM fruits ORDER BY id";
    for (const std::string& name : rows) std::cout << name << '\n';

    session.commit();  // both libraries' statements are of one transaction
}
