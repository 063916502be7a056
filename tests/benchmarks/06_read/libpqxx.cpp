// Row 6 by libpqxx, on PostgreSQL: a prepared statement, its fields by as<T>(). Its stream_from, in Debian's 6.4.5,
// refuses these rows ("Too few fields to extract").
#include "../people.hpp"

#include <pqxx/pqxx>

int main() {
    const std::string url = bench::url_of("POSTGRESQL");
    bench::provide_people(sociable::create_engine(url));
    pqxx::connection connection(url);
    connection.prepare("people", bench::select_people);
    const auto read = [&] {
        pqxx::work work(connection);
        const pqxx::result rows = work.exec_prepared("people");
        std::vector<bench::Person> people;
        people.reserve(rows.size());
        for (const pqxx::row& row : rows) {
            bench::Person& person = people.emplace_back();
            person.id = row[0].as<std::int64_t>();
            person.name = std::string(row[1].c_str(), row[1].size());
            if (!row[2].is_null()) person.email = std::string(row[2].c_str(), row[2].size());
            person.score = row[3].as<double>();
            person.visits = row[4].as<std::int32_t>();
        }
        return people;
    };
    bench::in_turn(6, "PostgreSQL", {bench::reader("libpqxx", read)}, 1);
}
