// Row 6 on SQLite, a file that is in the page cache.
//   sociable          execute(...).all<Person>()
//   sociable stream   stream(...).rows<Person>(), into a vector as well
//   raw               step, and a column function for each value, of a kept statement
#include "../raw/sqlite.hpp"
#include "../people.hpp"
#include "ours.hpp"

int main() {
    sociable::Engine engine = sociable::create_engine("sqlite:///" + bench::people_file());
    bench::provide_people(engine);
    sociable::Connection ours = engine.connect();

    raw::Sqlite db(bench::people_file());
    sqlite3_stmt* select = db.prepare(bench::select_people);
    const auto read = [&] {
        std::vector<bench::Person> people;
        while (sqlite3_step(select) == SQLITE_ROW) {
            bench::Person& person = people.emplace_back();
            person.id = sqlite3_column_int64(select, 0);
            person.name = raw::text(select, 1);
            if (sqlite3_column_type(select, 2) != SQLITE_NULL) person.email = raw::text(select, 2);
            person.score = sqlite3_column_double(select, 3);
            person.visits = sqlite3_column_int(select, 4);
        }
        sqlite3_reset(select);
        return people;
    };
    bench::in_turn(6, "SQLite", {bench::read_all(ours), bench::read_stream(ours), bench::reader("raw", read)}, 1);
    sqlite3_finalize(select);
}
