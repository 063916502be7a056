// Row 6 by SOCI, on each database.
//   soci bulk     a kept statement into vectors, one for each column, 1,000 rows at a time; then into structs
//   soci into     a kept statement into variables, row by row; then into structs
//   soci struct   rowset<Person> by a type_conversion
//   soci row      rowset<row>, asked for each value
#include <soci/mysql/soci-mysql.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "../people.hpp"

namespace soci {
template <>
struct type_conversion<bench::Person> {
    using base_type = values;
    static void from_base(const values& v, indicator, bench::Person& person) {
        person.id = v.get<long long>(0);
        person.name = v.get<std::string>(1);
        person.email.reset();  // rowset has one object for all rows
        if (v.get_indicator(2) == i_ok) person.email = v.get<std::string>(2);
        person.score = v.get<double>(3);
        person.visits = v.get<int>(4);
    }
};
}  // namespace soci

namespace {

using People = std::vector<bench::Person>;

People read_bulk(soci::session& session) {
    std::vector<long long> ids(1000);
    std::vector<std::string> names(1000), emails(1000);
    std::vector<soci::indicator> known(1000);
    std::vector<double> scores(1000);
    std::vector<int> visits(1000);
    soci::statement statement = (session.prepare << bench::select_people, soci::into(ids), soci::into(names),
                                 soci::into(emails, known), soci::into(scores), soci::into(visits));
    statement.execute();
    People people;
    while (statement.fetch()) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            people.push_back({ids[i], std::move(names[i]), {}, scores[i], visits[i]});
            if (known[i] == soci::i_ok) people.back().email = std::move(emails[i]);
        }
        const std::size_t next = 1000;  // fetch() has shrunk them when fewer were left
        ids.resize(next), names.resize(next), emails.resize(next), known.resize(next);
        scores.resize(next), visits.resize(next);
    }
    return people;
}

People read_into(soci::session& session) {
    long long id = 0;
    std::string name, email;
    soci::indicator known = soci::i_ok;
    double score = 0;
    int visits = 0;
    soci::statement statement = (session.prepare << bench::select_people, soci::into(id), soci::into(name),
                                 soci::into(email, known), soci::into(score), soci::into(visits));
    statement.execute();
    People people;
    while (statement.fetch()) {
        people.push_back({id, name, {}, score, visits});
        if (known == soci::i_ok) people.back().email = email;
    }
    return people;
}

People read_struct(soci::session& session) {
    soci::rowset<bench::Person> rows = (session.prepare << bench::select_people);
    People people;
    for (const bench::Person& person : rows) people.push_back(person);
    return people;
}

People read_row(soci::session& session) {
    soci::rowset<soci::row> rows = (session.prepare << bench::select_people);
    People people;
    for (const soci::row& row : rows) {
        people.push_back({row.get<long long>(0), row.get<std::string>(1), {}, row.get<double>(3), row.get<int>(4)});
        if (row.get_indicator(2) == soci::i_ok) people.back().email = row.get<std::string>(2);
    }
    return people;
}

void measure(const std::string& server, const soci::backend_factory& backend, const std::string& url,
             const std::string& parameters) {
    bench::provide_people(sociable::create_engine(url));
    soci::session session(backend, parameters);
    bench::in_turn(6, server,
                   {bench::reader("soci bulk", [&] { return read_bulk(session); }),
                    bench::reader("soci into", [&] { return read_into(session); }),
                    bench::reader("soci struct", [&] { return read_struct(session); }),
                    bench::reader("soci row", [&] { return read_row(session); })},
                   1);
}

}  // namespace

int main() {
    measure("SQLite", soci::sqlite3, "sqlite:///" + bench::people_file(), "dbname=" + bench::people_file());
    const std::string postgresql = bench::url_of("POSTGRESQL");
    measure("PostgreSQL", soci::postgresql, postgresql, postgresql + "?connect_timeout=5");
    const sociable::Url mysql(bench::url_of("MYSQL"));
    measure(
        "MariaDB", soci::mysql, bench::url_of("MYSQL"),
        "host=" + mysql.host() + " port=" + std::to_string(*mysql.port()) + " user=root dbname=" + mysql.database());
}
