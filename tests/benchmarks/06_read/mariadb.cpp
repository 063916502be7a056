// Row 6 on MariaDB.
//   sociable          execute(...).all<Person>()
//   sociable stream   stream(...).rows<Person>(), into a vector as well
//   raw text          a query, its whole result stored as text
//   raw unbuffered    a query, its rows read as they arrive
//   raw binary        a kept statement, its rows fetched into bound variables as they arrive
#include "../raw/mariadb.hpp"
#include "../people.hpp"
#include "ours.hpp"

#include <charconv>
#include <cstring>

namespace {

template <class T>
T number(const char* text, unsigned long length) {
    T value{};
    std::from_chars(text, text + length, value);
    return value;
}

std::vector<bench::Person> read_text(const raw::Mariadb& db, MYSQL_RES* (*take)(MYSQL*)) {
    db.check(mysql_real_query(db.get(), bench::select_people, std::strlen(bench::select_people)));
    MYSQL_RES* result = take(db.get());
    std::vector<bench::Person> people;
    while (MYSQL_ROW row = mysql_fetch_row(result)) {
        const unsigned long* lengths = mysql_fetch_lengths(result);
        bench::Person& person = people.emplace_back();
        person.id = number<std::int64_t>(row[0], lengths[0]);
        person.name.assign(row[1], lengths[1]);
        if (row[2]) person.email.emplace(row[2], lengths[2]);
        person.score = number<double>(row[3], lengths[3]);
        person.visits = number<std::int32_t>(row[4], lengths[4]);
    }
    mysql_free_result(result);
    return people;
}

/// The variables that a row is fetched into.
struct Fetched {
    std::int64_t id;
    char name[160];
    char email[240];
    double score;
    std::int32_t visits;
    unsigned long name_length, email_length;
    my_bool email_is_null;

    void bind(MYSQL_STMT* statement) {
        MYSQL_BIND columns[5]{};
        columns[0].buffer_type = MYSQL_TYPE_LONGLONG;
        columns[0].buffer = &id;
        columns[1].buffer_type = columns[2].buffer_type = MYSQL_TYPE_STRING;
        columns[1].buffer = name;
        columns[1].buffer_length = sizeof name;
        columns[1].length = &name_length;
        columns[2].buffer = email;
        columns[2].buffer_length = sizeof email;
        columns[2].length = &email_length;
        columns[2].is_null = &email_is_null;
        columns[3].buffer_type = MYSQL_TYPE_DOUBLE;
        columns[3].buffer = &score;
        columns[4].buffer_type = MYSQL_TYPE_LONG;
        columns[4].buffer = &visits;
        raw::check(statement, mysql_stmt_bind_result(statement, columns));
    }
};

std::vector<bench::Person> read_binary(MYSQL_STMT* statement, const Fetched& row) {
    raw::check(statement, mysql_stmt_execute(statement));
    std::vector<bench::Person> people;
    while (mysql_stmt_fetch(statement) == 0) {
        bench::Person& person = people.emplace_back();
        person.id = row.id;
        person.name.assign(row.name, row.name_length);
        if (!row.email_is_null) person.email.emplace(row.email, row.email_length);
        person.score = row.score;
        person.visits = row.visits;
    }
    mysql_stmt_free_result(statement);
    return people;
}

}  // namespace

int main() {
    const sociable::Url url(bench::url_of("MYSQL"));
    sociable::Engine engine = sociable::create_engine(url);
    bench::provide_people(engine);
    sociable::Connection ours = engine.connect();

    raw::Mariadb db(url);
    MYSQL_STMT* select = db.prepare(bench::select_people);
    Fetched fetched;
    fetched.bind(select);
    bench::in_turn(6, "MariaDB",
                   {bench::read_all(ours), bench::read_stream(ours),
                    bench::reader("raw text", [&] { return read_text(db, mysql_store_result); }),
                    bench::reader("raw unbuffered", [&] { return read_text(db, mysql_use_result); }),
                    bench::reader("raw binary", [&] { return read_binary(select, fetched); })},
                   1);
    mysql_stmt_close(select);
}
