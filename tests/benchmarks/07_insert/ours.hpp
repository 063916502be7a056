#pragma once

#include "../people.hpp"

/// Our ways of row 7, on any database. Each time into an empty table, in one transaction.
namespace bench {

constexpr const char* insert_person = "INSERT INTO newcomers VALUES (:id, :name, :email, :score, :visits)";

inline void make_empty_table(sociable::Engine engine) {
    engine.begin([](sociable::Connection& c) {
        c.execute("DROP TABLE IF EXISTS newcomers");
        c.execute(create_people("newcomers"));
    });
}

/// A contestant that inserts all people, and has shown once that they arrive.
template <class F>
Contestant inserter(std::string name, sociable::Engine seen_by, F insert) {
    make_empty_table(seen_by);
    insert();
    seen_by.begin([&](sociable::Connection& c) {
        if (c.execute("SELECT count(*) FROM newcomers WHERE id <= 100000 AND visits = id % 1000 AND email IS NOT NULL")
                .scalar<int>() != 75'000)
            throw std::runtime_error(name + " has inserted something else");
    });
    return contestant(std::move(name), std::move(insert), [seen_by] { make_empty_table(seen_by); });
}

inline Contestant execute_many(sociable::Engine engine, const std::vector<Person>& people) {
    return inserter("execute_many", engine, [engine, &people]() mutable {
        engine.begin([&](sociable::Connection& c) { c.execute_many(insert_person, people); });
    });
}

/// Adds insert_many, if this version of the library has it.
template <class Connection = sociable::Connection>
void add_insert_many(std::vector<Contestant>& contestants, sociable::Engine engine, const std::vector<Person>& people) {
    if constexpr (requires(Connection & c) { c.insert_many("newcomers", people); })
        contestants.push_back(inserter("insert_many", engine, [engine, &people]() mutable {
            engine.begin([&](Connection& c) { c.insert_many("newcomers", people); });
        }));
}

}  // namespace bench
