// Row 6 by POCO Data, on each database: a kept statement into a vector of structs, by a TypeHandler.
#include "../people.hpp"

#include <Poco/Data/MySQL/Connector.h>
#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/Nullable.h>

namespace Poco::Data {
template <>
class TypeHandler<bench::Person> {
public:
    static std::size_t size() { return 5; }
    static void bind(std::size_t, const bench::Person&, AbstractBinder::Ptr, AbstractBinder::Direction) {}
    static void prepare(std::size_t at, const bench::Person&, AbstractPreparator::Ptr preparator) {
        TypeHandler<Poco::Int64>::prepare(at++, {}, preparator);
        TypeHandler<std::string>::prepare(at++, std::string(), preparator);
        TypeHandler<Nullable<std::string>>::prepare(at++, Nullable<std::string>(), preparator);
        TypeHandler<double>::prepare(at++, {}, preparator);
        TypeHandler<Poco::Int32>::prepare(at++, {}, preparator);
    }
    static void extract(std::size_t at, bench::Person& person, const bench::Person&, AbstractExtractor::Ptr extractor) {
        Poco::Int64 id = 0;
        Nullable<std::string> email;
        TypeHandler<Poco::Int64>::extract(at++, id, {}, extractor);
        TypeHandler<std::string>::extract(at++, person.name, std::string(), extractor);
        TypeHandler<Nullable<std::string>>::extract(at++, email, email, extractor);
        TypeHandler<double>::extract(at++, person.score, {}, extractor);
        TypeHandler<Poco::Int32>::extract(at++, person.visits, {}, extractor);
        person.id = id;
        if (email.isNull())
            person.email.reset();
        else
            person.email = email.value();
    }
};
}  // namespace Poco::Data

namespace {

void measure(const std::string& server, const std::string& url, const std::string& connector,
             const std::string& parameters) {
    using namespace Poco::Data::Keywords;
    bench::provide_people(sociable::create_engine(url));
    Poco::Data::Session session(connector, parameters);
    std::vector<bench::Person> people;
    Poco::Data::Statement statement(session);
    statement << bench::select_people, into(people);
    bench::in_turn(6, server,
                   {bench::reader("POCO",
                                  [&] {
                                      statement.execute();
                                      return std::exchange(people, {});
                                  })},
                   1);
}

}  // namespace

int main() {
    Poco::Data::SQLite::Connector::registerConnector();
    Poco::Data::PostgreSQL::Connector::registerConnector();
    Poco::Data::MySQL::Connector::registerConnector();
    measure("SQLite", "sqlite:///" + bench::people_file(), "SQLite", bench::people_file());
    const auto parameters = [](const sociable::Url& url, const std::string& database) {
        return "host=" + url.host() + " port=" + std::to_string(*url.port()) + " user=" + *url.user() + " " + database +
               "=" + url.database();
    };
    const std::string postgresql = bench::url_of("POSTGRESQL"), mysql = bench::url_of("MYSQL");
    measure("PostgreSQL", postgresql, "PostgreSQL", parameters(sociable::Url(postgresql), "dbname"));
    auto for_mysql = parameters(sociable::Url(mysql), "db");
    for (char& c : for_mysql)
        if (c == ' ') c = ';';
    measure("MariaDB", mysql, "MySQL", for_mysql);
}
