// Row 7 on MariaDB.
//   insert_many, execute_many   ours
//   raw array                   array binding: a kept INSERT, executed once for all rows
//   raw multi-row               INSERTs of 1,000 rows of VALUES, as text
#include "../raw/mariadb.hpp"
#include "ours.hpp"

#include <charconv>

namespace {

/// The rows column by column, as array binding wants them.
struct Columns {
    explicit Columns(const std::vector<bench::Person>& people) {
        for (const bench::Person& person : people) {
            ids.push_back(person.id);
            names.push_back(const_cast<char*>(person.name.data()));
            name_lengths.push_back(person.name.size());
            emails.push_back(person.email ? const_cast<char*>(person.email->data()) : nullptr);
            email_lengths.push_back(person.email ? person.email->size() : 0);
            email_indicators.push_back(person.email ? STMT_INDICATOR_NONE : STMT_INDICATOR_NULL);
            scores.push_back(person.score);
            visits.push_back(person.visits);
        }
    }
    void bind(MYSQL_STMT* insert) {
        MYSQL_BIND values[5]{};
        values[0].buffer_type = MYSQL_TYPE_LONGLONG;
        values[0].buffer = ids.data();
        values[1].buffer_type = values[2].buffer_type = MYSQL_TYPE_STRING;
        values[1].buffer = names.data();
        values[1].length = name_lengths.data();
        values[2].buffer = emails.data();
        values[2].length = email_lengths.data();
        values[2].u.indicator = email_indicators.data();
        values[3].buffer_type = MYSQL_TYPE_DOUBLE;
        values[3].buffer = scores.data();
        values[4].buffer_type = MYSQL_TYPE_LONG;
        values[4].buffer = visits.data();
        raw::check(insert, mysql_stmt_bind_param(insert, values));
    }

    std::vector<std::int64_t> ids;
    std::vector<char*> names, emails;
    std::vector<unsigned long> name_lengths, email_lengths;
    std::vector<char> email_indicators;
    std::vector<double> scores;
    std::vector<std::int32_t> visits;
};

template <class T>
void append(std::string& sql, T value) {
    char digits[40];
    sql.append(digits, std::to_chars(digits, std::end(digits), value).ptr);
}

void append_text(const raw::Mariadb& db, std::string& sql, const std::string& text) {
    sql += '\'';
    const std::size_t size = sql.size();
    sql.resize(size + 2 * text.size() + 1);
    sql.resize(size + mysql_real_escape_string(db.get(), &sql[size], text.data(), text.size()));
    sql += '\'';
}

void insert_multi_row(const raw::Mariadb& db, const std::vector<bench::Person>& people) {
    db.run("BEGIN");
    for (std::size_t first = 0; first < people.size(); first += 1000) {
        std::string sql = "INSERT INTO newcomers VALUES ";
        for (std::size_t i = first; i < first + 1000; ++i) {
            const bench::Person& person = people[i];
            append(sql += i == first ? "(" : ",(", person.id);
            append_text(db, sql += ',', person.name);
            sql += ',';
            person.email ? append_text(db, sql, *person.email) : void(sql += "NULL");
            append(sql += ',', person.score);
            append(sql += ',', person.visits);
            sql += ')';
        }
        db.run(sql);
    }
    db.run("COMMIT");
}

}  // namespace

int main() {
    const sociable::Url url(bench::url_of("MYSQL"));
    const auto people = bench::make_people();
    sociable::Engine engine = sociable::create_engine(url);

    raw::Mariadb db(url);
    const auto insert_array = [&] {
        db.run("BEGIN");
        MYSQL_STMT* insert = db.prepare("INSERT INTO newcomers VALUES (?, ?, ?, ?, ?)");
        Columns columns(people);
        unsigned int rows = bench::people_count;
        mysql_stmt_attr_set(insert, STMT_ATTR_ARRAY_SIZE, &rows);
        columns.bind(insert);
        raw::check(insert, mysql_stmt_execute(insert));
        mysql_stmt_close(insert);
        db.run("COMMIT");
    };
    std::vector contestants{bench::execute_many(engine, people), bench::inserter("raw array", engine, insert_array),
                            bench::inserter("raw multi-row", engine, [&] { insert_multi_row(db, people); })};
    bench::add_insert_many(contestants, engine, people);
    bench::in_turn(7, "MariaDB", std::move(contestants), 1);
}
