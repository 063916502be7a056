// Row 6 by CppDB, on each database: a kept statement, its columns fetched by position.
#include "../people.hpp"

#include <cppdb/frontend.h>

namespace {

void measure(const std::string& server, const std::string& url, const std::string& parameters) {
    bench::provide_people(sociable::create_engine(url));
    cppdb::session session(parameters);
    const auto read = [&] {
        std::vector<bench::Person> people;
        cppdb::result rows = session << bench::select_people;
        std::string email;
        while (rows.next()) {
            bench::Person& person = people.emplace_back();
            rows >> person.id >> person.name;
            if (rows.fetch(2, email)) person.email = email;
            rows.fetch(3, person.score);
            rows.fetch(4, person.visits);
        }
        return people;
    };
    bench::in_turn(6, server, {bench::reader("CppDB", read)}, 1);
}

}  // namespace

int main() {
    measure("SQLite", "sqlite:///" + bench::people_file(), "sqlite3:db=" + bench::people_file());
    const auto parameters = [](const sociable::Url& url, const std::string& database) {
        return "host=" + url.host() + ";port=" + std::to_string(*url.port()) + ";user=" + *url.user() + ";" + database +
               "=" + url.database();
    };
    const std::string postgresql = bench::url_of("POSTGRESQL"), mysql = bench::url_of("MYSQL");
    measure("PostgreSQL", postgresql, "postgresql:" + parameters(sociable::Url(postgresql), "dbname"));
    measure("MariaDB", mysql, "mysql:" + parameters(sociable::Url(mysql), "database"));
}
