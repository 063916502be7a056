#pragma once

#include "bench.hpp"
#include "users.hpp"

#include <sociable/sociable.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

/// The 100,000 rows of 5 columns that rows 6 and 7 read and write.
namespace bench {

constexpr int people_count = 100'000;

struct Person {
    std::int64_t id = 0;
    std::string name;
    std::optional<std::string> email;  // every fourth has none
    double score = 0;
    std::int32_t visits = 0;
};
BOOST_DESCRIBE_STRUCT(Person, (), (id, name, email, score, visits))

constexpr const char* select_people = "SELECT id, name, email, score, visits FROM people";

inline std::string create_people(const std::string& table) {
    return "CREATE TABLE " + table +
           " (id bigint PRIMARY KEY, name varchar(40) NOT NULL, email varchar(60), score double precision NOT NULL,"
           " visits integer NOT NULL)";
}

inline std::vector<Person> make_people() {
    std::vector<Person> people;
    for (int i = 1; i <= people_count; ++i) {
        const std::string number = std::to_string(i);
        people.push_back({i, "somebody " + number, {}, i * 0.37, i % 1000});
        if (i % 4 != 0) people.back().email = "somebody" + number + "@example.com";
    }
    return people;
}

/// Fills the table `people`, which the programs of row 6 share, unless another program has.
inline void provide_people(sociable::Engine engine) {
    engine.begin([](sociable::Connection& c) {
        c.execute(std::string(create_people("people")).insert(13, "IF NOT EXISTS "));
        if (c.execute("SELECT count(*) FROM people").scalar<int>() == people_count) return;
        c.execute("DELETE FROM people");
        c.execute_many("INSERT INTO people VALUES (:id, :name, :email, :score, :visits)", make_people());
    });
}

/// @throws std::runtime_error when something was read wrong
inline void check(const std::string& reader, const std::vector<Person>& people) {
    const auto fail = [&] { throw std::runtime_error(reader + " has read these people wrong"); };
    if (people.size() != people_count) fail();
    std::int64_t ids = 0, visits = 0, emails = 0;
    for (const Person& person : people) ids += person.id, visits += person.visits, emails += person.email.has_value();
    if (ids != 5'000'050'000 || visits != 49'950'000 || emails != 75'000 || people[9].score != 3.7) fail();
}

/// A contestant that reads all people each time, and has shown once that it reads them right.
template <class F>
Contestant reader(std::string name, F read) {
    check(name, read());
    return contestant(std::move(name), [read]() mutable { keep(read()); });
}

inline std::string people_file() {
    const char* directory = std::getenv("SOCIABLE_BENCHMARK_FILES");
    return std::string(directory ? directory : "/tmp") + "/people.db";
}

}  // namespace bench
