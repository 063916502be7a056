// Row 7 on a SQLite file with WAL.
//   insert_many, execute_many   ours
//   raw rows                    a kept INSERT for each row
//   raw multi-row               a kept INSERT of 200 rows of VALUES
#include "../raw/sqlite.hpp"
#include "ours.hpp"

namespace {

void bind(sqlite3_stmt* insert, int at, const bench::Person& person) {
    const auto size = [](const std::string& text) { return static_cast<int>(text.size()); };
    sqlite3_bind_int64(insert, at, person.id);
    sqlite3_bind_text(insert, at + 1, person.name.data(), size(person.name), SQLITE_STATIC);
    if (person.email)
        sqlite3_bind_text(insert, at + 2, person.email->data(), size(*person.email), SQLITE_STATIC);
    else
        sqlite3_bind_null(insert, at + 2);
    sqlite3_bind_double(insert, at + 3, person.score);
    sqlite3_bind_int(insert, at + 4, person.visits);
}

}  // namespace

int main() {
    const char* directory = std::getenv("SOCIABLE_BENCHMARK_FILES");
    const std::string file = std::string(directory ? directory : "/tmp") + "/newcomers.db";
    const auto people = bench::make_people();
    sociable::Engine engine = sociable::create_engine("sqlite:///" + file);
    bench::make_empty_table(engine);

    raw::Sqlite db(file);
    db.run("PRAGMA synchronous = NORMAL");
    const auto insert_by = [&](std::size_t rows) {
        std::string sql = "INSERT INTO newcomers VALUES (?, ?, ?, ?, ?)";
        for (std::size_t i = 1; i < rows; ++i) sql += ", (?, ?, ?, ?, ?)";
        return [&people, &db, rows, insert = db.prepare(sql)] {
            db.run("BEGIN IMMEDIATE");
            for (std::size_t first = 0; first < people.size(); first += rows) {
                for (std::size_t i = 0; i < rows; ++i) bind(insert, static_cast<int>(5 * i) + 1, people[first + i]);
                db.run(insert);
            }
            db.run("COMMIT");
        };
    };
    std::vector contestants{bench::execute_many(engine, people), bench::inserter("raw rows", engine, insert_by(1)),
                            bench::inserter("raw multi-row", engine, insert_by(200))};
    bench::add_insert_many(contestants, engine, people);
    bench::in_turn(7, "SQLite", std::move(contestants), 1);
}
